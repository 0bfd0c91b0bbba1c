#include "CIntrinsicsAMXFeatures.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

// From the kernel's asm/prctl.h, which older systems lack.
enum { request_permission = 0x1023, tile_data = 18 };

int asclepius_cpu_has_amx_bf16(void) {
  unsigned a, b, c, d;
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("x86-64-v4") || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const int has_tiles = (d >> 22 & 1) && (d >> 24 & 1);
  if (!has_tiles || !__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a >> 5 & 1)) return 0;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#else
int asclepius_cpu_has_amx_bf16(void) { return 0; }
#endif
