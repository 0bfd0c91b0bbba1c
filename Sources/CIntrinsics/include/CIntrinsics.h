// Vector intrinsics for Swift: the compiler's own header, plus functions for the intrinsics that
// are macros there, which Swift cannot see. Nothing here is compiled on its own.
#ifndef C_INTRINSICS_H
#define C_INTRINSICS_H

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#if defined(__AVX512F__) && defined(__AVX512VNNI__)

#define ASCLEPIUS_INLINE static inline __attribute__((always_inline))

// Broadcasts as one memory operand. The plain intrinsics go through a register first.
ASCLEPIUS_INLINE __m512i asc_broadcast_i32(const int32_t *_Nonnull p) { return _mm512_set1_epi32(*p); }
ASCLEPIUS_INLINE __m512 asc_broadcast_f32(const float *_Nonnull p) { return _mm512_set1_ps(*p); }

ASCLEPIUS_INLINE __m512i asc_load(const void *_Nonnull p) { return _mm512_loadu_si512(p); }
ASCLEPIUS_INLINE __m512 asc_load_f32(const float *_Nonnull p) { return _mm512_loadu_ps(p); }
ASCLEPIUS_INLINE void asc_store(void *_Nonnull p, __m512i v) { _mm512_storeu_si512(p, v); }
ASCLEPIUS_INLINE void asc_store_f32(float *_Nonnull p, __m512 v) { _mm512_storeu_ps(p, v); }

// Sixteen half-precision numbers as floats, and back.
ASCLEPIUS_INLINE __m512 asc_load_f16(const void *_Nonnull p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
ASCLEPIUS_INLINE void asc_store_f16(void *_Nonnull p, __m512 v) {
  _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
// Sixteen bfloat16 numbers as floats.
ASCLEPIUS_INLINE __m512 asc_load_bf16(const void *_Nonnull p) {
  __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
// Sixteen bytes as floats.
ASCLEPIUS_INLINE __m512 asc_load_u8(const void *_Nonnull p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
ASCLEPIUS_INLINE __m512 asc_load_i8(const void *_Nonnull p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
// The low or the high nibbles of sixteen bytes as floats.
ASCLEPIUS_INLINE __m512 asc_load_low_nibbles(const void *_Nonnull p) {
  __m128i v = _mm_loadu_si128((const __m128i *)p);
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_and_si128(v, _mm_set1_epi8(15))));
}
ASCLEPIUS_INLINE __m512 asc_load_high_nibbles(const void *_Nonnull p) {
  __m128i v = _mm_srli_epi16(_mm_loadu_si128((const __m128i *)p), 4);
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_and_si128(v, _mm_set1_epi8(15))));
}

// sums + the four products of unsigned and signed bytes in each 32-bit lane.
ASCLEPIUS_INLINE __m512i asc_dot(__m512i sums, __m512i unsigned_bytes, __m512i signed_bytes) {
  return _mm512_dpbusd_epi32(sums, unsigned_bytes, signed_bytes);
}
ASCLEPIUS_INLINE __m512i asc_shift_left(__m512i v, int32_t bits) {
  return _mm512_sll_epi32(v, _mm_cvtsi32_si128(bits));
}
ASCLEPIUS_INLINE __m512i asc_shift_right_signed_8(__m512i v) { return _mm512_srai_epi32(v, 8); }
ASCLEPIUS_INLINE __m512i asc_set_i32(int32_t x) { return _mm512_set1_epi32(x); }
ASCLEPIUS_INLINE __m512i asc_add_i32(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
ASCLEPIUS_INLINE __m512i asc_sub_i32(__m512i a, __m512i b) { return _mm512_sub_epi32(a, b); }
#define ASC_SHIFT_RIGHT(n) \
  ASCLEPIUS_INLINE __m512i asc_shift_right_##n(__m512i v) { return _mm512_srli_epi16(v, n); }
ASC_SHIFT_RIGHT(2)
ASC_SHIFT_RIGHT(4)
ASC_SHIFT_RIGHT(6)
#undef ASC_SHIFT_RIGHT
ASCLEPIUS_INLINE __m512i asc_shift_left_4(__m512i v) { return _mm512_slli_epi16(v, 4); }
ASCLEPIUS_INLINE __m512i asc_and_bytes(__m512i v, int32_t byte) {
  return _mm512_and_si512(v, _mm512_set1_epi8((char)byte));
}
ASCLEPIUS_INLINE __m512i asc_or(__m512i a, __m512i b) { return _mm512_or_si512(a, b); }
// v with `bit` set in the bytes that the 64-bit mask at p names.
ASCLEPIUS_INLINE __m512i asc_set_masked(__m512i v, const uint64_t *_Nonnull p, int32_t bit) {
  return _mm512_mask_add_epi8(v, *p, v, _mm512_set1_epi8((char)bit));
}
// Looks each byte's low four bits up in a table of sixteen bytes.
ASCLEPIUS_INLINE __m512i asc_lookup(const void *_Nonnull table, __m512i indices) {
  __m512i t = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
  return _mm512_shuffle_epi8(t, indices);
}

ASCLEPIUS_INLINE __m512 asc_zero_f32(void) { return _mm512_setzero_ps(); }
ASCLEPIUS_INLINE __m512i asc_zero(void) { return _mm512_setzero_si512(); }
ASCLEPIUS_INLINE __m512 asc_to_f32(__m512i v) { return _mm512_cvtepi32_ps(v); }
ASCLEPIUS_INLINE __m512i asc_to_i32(__m512 v) { return _mm512_cvttps_epi32(v); }
ASCLEPIUS_INLINE __m512 asc_set_f32(float x) { return _mm512_set1_ps(x); }
ASCLEPIUS_INLINE __m512 asc_mul(__m512 a, __m512 b) { return _mm512_mul_ps(a, b); }
ASCLEPIUS_INLINE __m512 asc_add(__m512 a, __m512 b) { return _mm512_add_ps(a, b); }
ASCLEPIUS_INLINE __m512 asc_sub(__m512 a, __m512 b) { return _mm512_sub_ps(a, b); }
ASCLEPIUS_INLINE __m512 asc_div(__m512 a, __m512 b) { return _mm512_div_ps(a, b); }
ASCLEPIUS_INLINE __m512 asc_max(__m512 a, __m512 b) { return _mm512_max_ps(a, b); }
ASCLEPIUS_INLINE __m512 asc_abs(__m512 a) { return _mm512_abs_ps(a); }
// a * b + c, rounded once.
ASCLEPIUS_INLINE __m512 asc_fma(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
ASCLEPIUS_INLINE float asc_reduce_max(__m512 v) { return _mm512_reduce_max_ps(v); }
ASCLEPIUS_INLINE float asc_reduce_add(__m512 v) { return _mm512_reduce_add_ps(v); }
ASCLEPIUS_INLINE int32_t asc_reduce_add_i32(__m512i v) { return _mm512_reduce_add_epi32(v); }
// Floats to whole numbers, to nearest, ties to even.
ASCLEPIUS_INLINE __m512i asc_round(__m512 v) { return _mm512_cvtps_epi32(v); }
ASCLEPIUS_INLINE void asc_store_i8(void *_Nonnull p, __m512i v) {
  _mm_storeu_si128((__m128i *)p, _mm512_cvtsepi32_epi8(v));
}
// 2^n * v for whole n held as floats.
ASCLEPIUS_INLINE __m512 asc_scale_by_power(__m512 v, __m512 n) { return _mm512_scalef_ps(v, n); }
ASCLEPIUS_INLINE __m512 asc_round_f32(__m512 v) {
  return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
ASCLEPIUS_INLINE __m512 asc_min(__m512 a, __m512 b) { return _mm512_min_ps(a, b); }
// The first n lanes of memory, the rest filled with `rest`.
ASCLEPIUS_INLINE __m512 asc_load_first(const float *_Nonnull p, int32_t n, float rest) {
  return _mm512_mask_loadu_ps(_mm512_set1_ps(rest), (__mmask16)((1u << n) - 1), p);
}
ASCLEPIUS_INLINE void asc_store_first(float *_Nonnull p, __m512 v, int32_t n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
}
// v in the first n lanes, `rest` in the others.
ASCLEPIUS_INLINE __m512 asc_keep_first(__m512 v, int32_t n, float rest) {
  return _mm512_mask_mov_ps(_mm512_set1_ps(rest), (__mmask16)((1u << n) - 1), v);
}

// Neighbouring lanes exchanged: 1 0 3 2 ...
ASCLEPIUS_INLINE __m512 asc_swap_pairs(__m512 v) { return _mm512_permute_ps(v, 0xB1); }
ASCLEPIUS_INLINE float asc_first(__m512 v) { return _mm512_cvtss_f32(v); }

#undef ASCLEPIUS_INLINE
#endif
#endif
#endif
