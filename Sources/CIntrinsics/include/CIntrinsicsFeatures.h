// What the processor at hand can do, asked at run time.
#ifndef C_INTRINSICS_FEATURES_H
#define C_INTRINSICS_FEATURES_H

// Whether the AVX-512 foundation, byte/word, doubleword, vector-length and VNNI instructions exist.
int asclepius_cpu_has_avx512_vnni(void);

#endif
