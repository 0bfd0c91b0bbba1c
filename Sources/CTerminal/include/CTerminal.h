/// Gives the terminal back when the process dies: by a fatal signal, or by leaving without an end.
/// Only the target Curses may import this module.

#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stddef.h>

/// Most bytes of a leave sequence.
enum { TERMINAL_RESCUE_CAPACITY = 256 };

/// Remembers the modes of `descriptor` and the bytes that leave its screen, and installs handlers
/// for SEGV, BUS, ILL, TRAP, ABRT and FPE that give it back and raise the signal again, for the
/// default action, or for the earlier handler where `SWIFT_BACKTRACE` is set. `descriptor` need not be a terminal: then only the bytes are written.
///
/// Arming an armed terminal disarms the earlier one. Call it from one thread.
///
/// Returns 0, or -1 with `errno` where the bytes are too many or a handler was refused.
int terminal_rescue_arm(int descriptor, const void *_Nonnull leave, size_t count);

/// Replaces the bytes that leave the screen, where the terminal is armed. Too many change nothing.
void terminal_rescue_update(const void *_Nonnull leave, size_t count);

/// Writes the bytes and restores the modes, once for each arming. Safe in a signal handler.
void terminal_rescue_now(void);

/// Puts the earlier handlers back; the terminal is left as it is. Does nothing when not armed.
void terminal_rescue_disarm(void);

#endif
