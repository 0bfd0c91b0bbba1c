/// The adapter of `samples/adapter`, in the program itself, so that it is there wherever the program
/// is. C because a Swift array of that size takes the compiler minutes. Only the target Models may
/// import this module.

#ifndef CSHIPPEDADAPTER_H
#define CSHIPPEDADAPTER_H

#include <stddef.h>

/// The first byte of the file; null where the program was built without one.
const unsigned char *shipped_adapter_bytes(void);

/// Bytes of the file.
size_t shipped_adapter_byte_count(void);

#endif
