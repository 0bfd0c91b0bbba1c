// OpenBLAS: dense products in single precision, for training and as an oracle in tests. Declarations
// alone: the library is opened when it is needed (see DenseProducts), so nothing else waits for it.
#ifndef ASCLEPIUS_OPENBLAS_SHIM_H
#define ASCLEPIUS_OPENBLAS_SHIM_H
#if __has_include(<cblas.h>)
#include <cblas.h>
#else
#include <openblas/cblas.h>
#endif
#endif
