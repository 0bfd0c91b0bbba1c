#include "CTerminal.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
enum { FATAL_COUNT = sizeof fatal_signals / sizeof fatal_signals[0] };
enum { ALTERNATE_STACK_BYTES = 64 * 1024 };

// Written while `is_owed` is 0, read by handlers only after they have taken `is_owed`.
static struct sigaction earlier[FATAL_COUNT];
static unsigned char leave_bytes[TERMINAL_RESCUE_CAPACITY];
static size_t leave_count;
static struct termios modes;
static int has_modes;
static int rescue_descriptor = -1;
// 1 while the terminal has to be given back.
static atomic_int is_owed;
static int is_armed;
// True where the person has asked for Swift's backtraces, by SWIFT_BACKTRACE.
static int wants_backtrace;

static void write_all(int descriptor, const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written > 0) {
      bytes += written;
      count -= (size_t)written;
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

void terminal_rescue_now(void) {
  int expected = 1;
  if (!atomic_compare_exchange_strong(&is_owed, &expected, 0)) return;
  int kept = errno;
  // Setting the modes from the background would stop the process with the terminal half restored.
  sigset_t stops, before;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stops, &before);
  write_all(rescue_descriptor, leave_bytes, leave_count);
  if (has_modes) tcsetattr(rescue_descriptor, TCSANOW, &modes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = kept;
}

static void handle(int number) {
  terminal_rescue_now();
  for (int index = 0; index < FATAL_COUNT; index++) {
    if (fatal_signals[index] != number) continue;
    // Swift's own handler would hold the process for half a minute and ask at the keyboard.
    if (wants_backtrace) sigaction(number, &earlier[index], NULL);
    else signal(number, SIG_DFL);
  }
  // Blocked until this handler returns; then it meets the fault's own place and that action.
  raise(number);
}

// A stack that has overflowed has no room for a handler.
static void ensure_alternate_stack(void) {
  static unsigned char stack[ALTERNATE_STACK_BYTES];
  stack_t present;
  if (sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE)) return;
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0};
  sigaltstack(&alternate, NULL);
}

int terminal_rescue_arm(int descriptor, const void *leave, size_t count) {
  static int has_exit_handler;
  if (count > TERMINAL_RESCUE_CAPACITY) {
    errno = EINVAL;
    return -1;
  }
  terminal_rescue_disarm();
  wants_backtrace = getenv("SWIFT_BACKTRACE") != NULL;
  if (!has_exit_handler && atexit(terminal_rescue_now) == 0) has_exit_handler = 1;
  rescue_descriptor = descriptor;
  has_modes = tcgetattr(descriptor, &modes) == 0;
  memcpy(leave_bytes, leave, count);
  leave_count = count;
  ensure_alternate_stack();
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handle;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int index = 0; index < FATAL_COUNT; index++) {
    if (sigaction(fatal_signals[index], &action, &earlier[index]) != 0) {
      while (index-- > 0) sigaction(fatal_signals[index], &earlier[index], NULL);
      return -1;
    }
  }
  is_armed = 1;
  atomic_store(&is_owed, 1);
  return 0;
}

void terminal_rescue_update(const void *leave, size_t count) {
  if (!is_armed || count > TERMINAL_RESCUE_CAPACITY) return;
  int owed = atomic_exchange(&is_owed, 0);
  memcpy(leave_bytes, leave, count);
  leave_count = count;
  atomic_store(&is_owed, owed);
}

void terminal_rescue_disarm(void) {
  if (!is_armed) return;
  atomic_store(&is_owed, 0);
  for (int index = 0; index < FATAL_COUNT; index++) {
    sigaction(fatal_signals[index], &earlier[index], NULL);
  }
  is_armed = 0;
}
