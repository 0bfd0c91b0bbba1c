// What the processor at hand can do, asked at run time.
#ifndef C_INTRINSICS_AMX_FEATURES_H
#define C_INTRINSICS_AMX_FEATURES_H

// Whether tile products of bfloat16 exist, AVX-512 has its bfloat16 conversions, and the kernel lets
// this process use the tiles, which it is asked for here.
int asclepius_cpu_has_amx_bf16(void);

#endif
