// Tile intrinsics for Swift, which cannot name a tile: functions for the steps of a product of two
// by two tiles. Nothing here is compiled on its own.
#ifndef C_INTRINSICS_AMX_H
#define C_INTRINSICS_AMX_H

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#if defined(__AMX_BF16__) && defined(__AVX512BF16__)

#define ASCLEPIUS_INLINE static inline __attribute__((always_inline))

// All eight tiles: sixteen rows of sixty-four bytes.
ASCLEPIUS_INLINE void asc_tiles_configure(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } config = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    config.row_bytes[i] = 64;
    config.rows[i] = 16;
  }
  _tile_loadconfig(&config);
}
ASCLEPIUS_INLINE void asc_tiles_release(void) { _tile_release(); }
ASCLEPIUS_INLINE void asc_tiles_clear(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}
// The four sums of two left and two right tiles.
ASCLEPIUS_INLINE void asc_tiles_step(
    const void *_Nonnull left0, const void *_Nonnull left1, const void *_Nonnull right0,
    const void *_Nonnull right1) {
  _tile_loadd(4, left0, 64);
  _tile_loadd(6, right0, 64);
  _tile_dpbf16ps(0, 4, 6);
  _tile_loadd(7, right1, 64);
  _tile_dpbf16ps(1, 4, 7);
  _tile_loadd(5, left1, 64);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}
// The four sums, 256 floats each.
ASCLEPIUS_INLINE void asc_tiles_store(float *_Nonnull p) {
  _tile_stored(0, p, 64);
  _tile_stored(1, p + 256, 64);
  _tile_stored(2, p + 512, 64);
  _tile_stored(3, p + 768, 64);
}

ASCLEPIUS_INLINE __mmask16 asc_first_lanes(int32_t n) {
  return n >= 16 ? 0xFFFF : n <= 0 ? 0 : (__mmask16)((1u << n) - 1);
}
// Up to 32 floats side by side as sixteen pairs of bfloat16, the missing ones zero.
ASCLEPIUS_INLINE __m512i asc_pairs_along(const float *_Nonnull p, int32_t n) {
  __m512 low = _mm512_maskz_loadu_ps(asc_first_lanes(n), p);
  __m512 high = _mm512_maskz_loadu_ps(asc_first_lanes(n - 16), p + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}
// Up to sixteen floats of each of two lines as pairs; without the second line, its halves are zero.
ASCLEPIUS_INLINE __m512i asc_pairs_across(
    const float *_Nonnull first, const float *_Nullable second, int32_t n) {
  __mmask16 lanes = asc_first_lanes(n);
  __m512 low = _mm512_maskz_loadu_ps(lanes, first);
  __m512 high = second ? _mm512_maskz_loadu_ps(lanes, second) : _mm512_setzero_ps();
  __m512i a = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(low));
  __m512i b = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(high));
  return _mm512_or_si512(a, _mm512_slli_epi32(b, 16));
}
ASCLEPIUS_INLINE void asc_store_row(void *_Nonnull p, __m512i v) { _mm512_storeu_si512(p, v); }
// As a column of a tile: each lane sixty-four bytes from the last.
ASCLEPIUS_INLINE void asc_store_column(void *_Nonnull p, __m512i v) {
  const __m512i places = _mm512_setr_epi32(
      0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240);
  _mm512_i32scatter_epi32(p, places, v, 4);
}
// target = alpha * source + beta * target in the first n lanes; target is not read where beta is 0.
ASCLEPIUS_INLINE void asc_blend(
    float *_Nonnull target, const float *_Nonnull source, float alpha, float beta, int32_t n) {
  __mmask16 lanes = asc_first_lanes(n);
  __m512 sum = _mm512_mul_ps(_mm512_set1_ps(alpha), _mm512_loadu_ps(source));
  if (beta != 0) {
    sum = _mm512_fmadd_ps(_mm512_set1_ps(beta), _mm512_maskz_loadu_ps(lanes, target), sum);
  }
  _mm512_mask_storeu_ps(target, lanes, sum);
}

#undef ASCLEPIUS_INLINE
#endif
#endif
#endif
