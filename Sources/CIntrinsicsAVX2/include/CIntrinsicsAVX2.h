// Vectors of 256 bits for Swift: the compiler's own header, plus functions for the intrinsics that
// are macros there, which Swift cannot see. Nothing here is compiled on its own.
#ifndef C_INTRINSICS_AVX2_H
#define C_INTRINSICS_AVX2_H

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)

#define ASCLEPIUS_INLINE static inline __attribute__((always_inline))

ASCLEPIUS_INLINE __m256i avx_broadcast_i32(const int32_t *_Nonnull p) { return _mm256_set1_epi32(*p); }
ASCLEPIUS_INLINE __m256 avx_broadcast_f32(const float *_Nonnull p) { return _mm256_broadcast_ss(p); }

ASCLEPIUS_INLINE __m256i avx_load(const void *_Nonnull p) { return _mm256_loadu_si256((const __m256i *)p); }
ASCLEPIUS_INLINE __m256 avx_load_f32(const float *_Nonnull p) { return _mm256_loadu_ps(p); }
ASCLEPIUS_INLINE void avx_store(void *_Nonnull p, __m256i v) { _mm256_storeu_si256((__m256i *)p, v); }
ASCLEPIUS_INLINE void avx_store_f32(float *_Nonnull p, __m256 v) { _mm256_storeu_ps(p, v); }

// Eight half-precision numbers as floats, and back.
ASCLEPIUS_INLINE __m256 avx_load_f16(const void *_Nonnull p) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}
ASCLEPIUS_INLINE void avx_store_f16(void *_Nonnull p, __m256 v) {
  _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
// Eight bfloat16 numbers as floats.
ASCLEPIUS_INLINE __m256 avx_load_bf16(const void *_Nonnull p) {
  __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
// Eight bytes as floats.
ASCLEPIUS_INLINE __m256 avx_load_u8(const void *_Nonnull p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
ASCLEPIUS_INLINE __m256 avx_load_i8(const void *_Nonnull p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
// Byte `place` of each of eight words, 128 less, as floats.
ASCLEPIUS_INLINE __m256 avx_load_word_byte(const void *_Nonnull p, int32_t place) {
  __m256i v = _mm256_srl_epi32(_mm256_loadu_si256((const __m256i *)p), _mm_cvtsi32_si128(8 * place));
  v = _mm256_and_si256(v, _mm256_set1_epi32(255));
  return _mm256_cvtepi32_ps(_mm256_sub_epi32(v, _mm256_set1_epi32(128)));
}
// The low or the high nibbles of eight bytes as floats.
ASCLEPIUS_INLINE __m256 avx_load_low_nibbles(const void *_Nonnull p) {
  __m128i v = _mm_loadl_epi64((const __m128i *)p);
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_and_si128(v, _mm_set1_epi8(15))));
}
ASCLEPIUS_INLINE __m256 avx_load_high_nibbles(const void *_Nonnull p) {
  __m128i v = _mm_srli_epi16(_mm_loadl_epi64((const __m128i *)p), 4);
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_and_si128(v, _mm_set1_epi8(15))));
}

// The sum of two products of unsigned and signed bytes in each 16-bit lane; the caller sees to it
// that no sum leaves the 16 bits, since the instruction saturates.
ASCLEPIUS_INLINE __m256i avx_dot_pairs(__m256i unsigned_bytes, __m256i signed_bytes) {
  return _mm256_maddubs_epi16(unsigned_bytes, signed_bytes);
}
ASCLEPIUS_INLINE __m256i avx_add_i16(__m256i a, __m256i b) { return _mm256_add_epi16(a, b); }
ASCLEPIUS_INLINE __m256i avx_add_i32(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
// The sum of two neighbouring 16-bit lanes in each 32-bit lane.
ASCLEPIUS_INLINE __m256i avx_join_pairs(__m256i v) { return _mm256_madd_epi16(v, _mm256_set1_epi16(1)); }
ASCLEPIUS_INLINE __m256i avx_abs_i8(__m256i v) { return _mm256_abs_epi8(v); }
// v with the sign of each byte of `sign`, zero where that is zero.
ASCLEPIUS_INLINE __m256i avx_take_sign(__m256i v, __m256i sign) { return _mm256_sign_epi8(v, sign); }

ASCLEPIUS_INLINE __m256i avx_shift_left_i32(__m256i v, int32_t bits) {
  return _mm256_sll_epi32(v, _mm_cvtsi32_si128(bits));
}
ASCLEPIUS_INLINE __m256i avx_shift_right_i16(__m256i v, int32_t bits) {
  return _mm256_srl_epi16(v, _mm_cvtsi32_si128(bits));
}
ASCLEPIUS_INLINE __m256i avx_shift_left_4(__m256i v) { return _mm256_slli_epi16(v, 4); }
ASCLEPIUS_INLINE __m256i avx_and_bytes(__m256i v, int32_t byte) {
  return _mm256_and_si256(v, _mm256_set1_epi8((char)byte));
}
ASCLEPIUS_INLINE __m256i avx_xor_bytes(__m256i v, int32_t byte) {
  return _mm256_xor_si256(v, _mm256_set1_epi8((char)byte));
}
ASCLEPIUS_INLINE __m256i avx_or(__m256i a, __m256i b) { return _mm256_or_si256(a, b); }
// `byte` in the bytes that the 32-bit mask at p names, zero in the others.
ASCLEPIUS_INLINE __m256i avx_spread_mask(const int32_t *_Nonnull p, int32_t byte) {
  const __m256i source = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                          2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
  __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(*p), source), bit);
  return _mm256_and_si256(_mm256_cmpeq_epi8(spread, bit), _mm256_set1_epi8((char)byte));
}
// Looks each byte's low four bits up in a table of sixteen bytes.
ASCLEPIUS_INLINE __m256i avx_lookup(const void *_Nonnull table, __m256i indices) {
  __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
  return _mm256_shuffle_epi8(t, indices);
}

ASCLEPIUS_INLINE __m256 avx_zero_f32(void) { return _mm256_setzero_ps(); }
ASCLEPIUS_INLINE __m256i avx_zero(void) { return _mm256_setzero_si256(); }
ASCLEPIUS_INLINE __m256 avx_to_f32(__m256i v) { return _mm256_cvtepi32_ps(v); }
ASCLEPIUS_INLINE __m256 avx_set_f32(float x) { return _mm256_set1_ps(x); }
ASCLEPIUS_INLINE __m256 avx_mul(__m256 a, __m256 b) { return _mm256_mul_ps(a, b); }
ASCLEPIUS_INLINE __m256 avx_add(__m256 a, __m256 b) { return _mm256_add_ps(a, b); }
ASCLEPIUS_INLINE __m256 avx_sub(__m256 a, __m256 b) { return _mm256_sub_ps(a, b); }
ASCLEPIUS_INLINE __m256 avx_div(__m256 a, __m256 b) { return _mm256_div_ps(a, b); }
ASCLEPIUS_INLINE __m256 avx_max(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
ASCLEPIUS_INLINE __m256 avx_min(__m256 a, __m256 b) { return _mm256_min_ps(a, b); }
ASCLEPIUS_INLINE __m256 avx_abs(__m256 a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
// a * b + c, rounded once.
ASCLEPIUS_INLINE __m256 avx_fma(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }

ASCLEPIUS_INLINE float avx_first(__m256 v) { return _mm256_cvtss_f32(v); }
ASCLEPIUS_INLINE float avx_reduce_max(__m256 v) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
ASCLEPIUS_INLINE float avx_reduce_add(__m256 v) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
ASCLEPIUS_INLINE int32_t avx_reduce_add_i32(__m256i v) {
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
}
// Floats to whole numbers, to nearest, ties to even.
ASCLEPIUS_INLINE __m256i avx_round(__m256 v) { return _mm256_cvtps_epi32(v); }
ASCLEPIUS_INLINE __m256 avx_round_f32(__m256 v) {
  return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// The 32 whole numbers of four vectors as bytes, in order.
ASCLEPIUS_INLINE void avx_store_i8(void *_Nonnull p, __m256i a, __m256i b, __m256i c, __m256i d) {
  __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
  // Packing works in each 128-bit half, so that every vector lies there in two parts.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  _mm256_storeu_si256((__m256i *)p, _mm256_permutevar8x32_epi32(bytes, order));
}
// 2^n * v for whole n in -252...254 held as floats. Two factors, since 2^n alone may be no float.
ASCLEPIUS_INLINE __m256 avx_scale_by_power(__m256 v, __m256 n) {
  const __m256i bias = _mm256_set1_epi32(127);
  __m256i whole = _mm256_cvtps_epi32(n);
  __m256i near = _mm256_srai_epi32(whole, 1);
  __m256i far = _mm256_sub_epi32(whole, near);
  __m256i first = _mm256_slli_epi32(_mm256_add_epi32(near, bias), 23);
  __m256i second = _mm256_slli_epi32(_mm256_add_epi32(far, bias), 23);
  return _mm256_mul_ps(_mm256_mul_ps(v, _mm256_castsi256_ps(first)), _mm256_castsi256_ps(second));
}

// All ones in the first n lanes.
ASCLEPIUS_INLINE __m256i avx_first_lanes(int32_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
// v in the first n lanes, `rest` in the others.
ASCLEPIUS_INLINE __m256 avx_keep_first(__m256 v, int32_t n, float rest) {
  return _mm256_blendv_ps(_mm256_set1_ps(rest), v, _mm256_castsi256_ps(avx_first_lanes(n)));
}
// The first n lanes of memory, the rest filled with `rest`; no other lane is read.
ASCLEPIUS_INLINE __m256 avx_load_first(const float *_Nonnull p, int32_t n, float rest) {
  if (n >= 8) return _mm256_loadu_ps(p);
  return avx_keep_first(_mm256_maskload_ps(p, avx_first_lanes(n)), n, rest);
}
ASCLEPIUS_INLINE void avx_store_first(float *_Nonnull p, __m256 v, int32_t n) {
  if (n >= 8) {
    _mm256_storeu_ps(p, v);
  } else {
    _mm256_maskstore_ps(p, avx_first_lanes(n), v);
  }
}
// Neighbouring lanes exchanged: 1 0 3 2 ...
ASCLEPIUS_INLINE __m256 avx_swap_pairs(__m256 v) { return _mm256_permute_ps(v, 0xB1); }

#undef ASCLEPIUS_INLINE
#endif
#endif
#endif
