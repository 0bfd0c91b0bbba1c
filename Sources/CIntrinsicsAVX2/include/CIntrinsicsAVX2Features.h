// What the processor at hand can do, asked at run time.
#ifndef C_INTRINSICS_AVX2_FEATURES_H
#define C_INTRINSICS_AVX2_FEATURES_H

// Whether AVX2, fused multiply-add and the half-precision conversions exist, and the system saves
// their registers.
int asclepius_cpu_has_avx2(void);

#endif
