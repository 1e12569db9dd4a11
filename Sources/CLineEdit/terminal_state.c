#define _GNU_SOURCE
#include "terminal_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "CLineEdit.h"

#define PASTE_ON "\x1b[?2004h"
#define PASTE_OFF "\x1b[?2004l"

static struct termios original_mode;
static atomic_int has_original_mode;
static atomic_int is_taken;
static atomic_int has_paste;
static atomic_int events;
static atomic_int interrupts;
// Handlers write a byte, so that a wait ends whichever thread the signal came to.
static int wake[2] = {-1, -1};

static void write_all(const char *text, size_t count) {
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, text, count);
    if (written > 0) {
      text += written;
      count -= (size_t)written;
    } else if (errno != EINTR) {
      return;
    }
  }
}

int terminal_is_ours(void) {
  pid_t group = tcgetpgrp(STDIN_FILENO);
  return group < 0 || group == getpgrp();
}

void terminal_take(int with_paste) {
  if (atomic_exchange(&is_taken, 1)) return;
  if (!with_paste) return;
  atomic_store(&has_paste, 1);
  write_all(PASTE_ON, sizeof PASTE_ON - 1);
}

void terminal_release(void) {
  if (atomic_exchange(&has_paste, 0)) write_all(PASTE_OFF, sizeof PASTE_OFF - 1);
  atomic_store(&is_taken, 0);
}

// Only what may be called in a signal handler. In the background the terminal is someone else's.
void terminal_restore(void) {
  if (!atomic_exchange(&is_taken, 0)) return;
  int with_paste = atomic_exchange(&has_paste, 0);
  if (!terminal_is_ours()) return;
  if (with_paste) write_all(PASTE_OFF, sizeof PASTE_OFF - 1);
  if (atomic_load(&has_original_mode)) tcsetattr(STDIN_FILENO, TCSANOW, &original_mode);
}

int terminal_events(void) { return atomic_exchange(&events, 0); }

static void note_event(int event) {
  atomic_fetch_or(&events, event);
  if (wake[1] >= 0 && write(wake[1], "", 1) < 0) {
    // A full pipe wakes as well.
  }
}

int terminal_wait(int timeout, int wants_events) {
  struct pollfd places[2] = {{STDIN_FILENO, POLLIN, 0}, {wake[0], POLLIN, 0}};
  nfds_t count = wants_events && wake[0] >= 0 ? 2 : 1;
  for (;;) {
    if (wants_events && atomic_load(&events)) return -1;
    int ready = poll(places, count, timeout);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return 1;
    if (ready == 0) return 0;
    if (count == 2 && places[1].revents) {
      char bytes[64];
      while (read(wake[0], bytes, sizeof bytes) > 0) {
      }
      if (atomic_load(&events)) return -1;
    }
    if (places[0].revents) return 1;
  }
}

static void raise_as_default(int number) {
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void on_end(int number) {
  int was_taken = atomic_load(&is_taken);
  terminal_restore();
  // The shell's prompt begins on a line of its own.
  if (was_taken && terminal_is_ours()) write_all("\n", 1);
  raise_as_default(number);
}

static void set_handler(int number, void (*handler)(int));

static void on_stop(int number) {
  int saved = errno;
  terminal_restore();
  raise_as_default(number);
  // Here the process goes on; without a shell that could continue it, it never stopped.
  set_handler(number, on_stop);
  note_event(TERMINAL_CONTINUED);
  errno = saved;
}

static void on_continue(int number) {
  (void)number;
  int saved = errno;
  note_event(TERMINAL_CONTINUED);
  errno = saved;
}

static void on_resize(int number) {
  (void)number;
  int saved = errno;
  note_event(TERMINAL_RESIZED);
  errno = saved;
}

static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGSYS};
static struct sigaction after_fault[sizeof faults / sizeof *faults];

// Restores the terminal and lets happen what would have happened: the instruction faults again.
static void on_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  terminal_restore();
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    if (faults[i] == number) sigaction(number, &after_fault[i], NULL);
  }
  if (info->si_code <= 0) raise(number);
}

static void set_handler(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, NULL);
}

static void set_unless_ignored(int number, void (*handler)(int)) {
  struct sigaction now;
  if (sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN) return;
  set_handler(number, handler);
}

static void allow_signals(const int *numbers, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, numbers[i]);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void terminal_guard(void) {
  if (atomic_load(&has_original_mode)) return;
  if (tcgetattr(STDIN_FILENO, &original_mode) != 0) return;
  atomic_store(&has_original_mode, 1);
  atexit(terminal_restore);
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) wake[0] = wake[1] = -1;
  set_unless_ignored(SIGHUP, on_end);
  set_unless_ignored(SIGTERM, on_end);
  set_unless_ignored(SIGQUIT, on_end);
  set_unless_ignored(SIGTSTP, on_stop);
  set_handler(SIGCONT, on_continue);
  set_handler(SIGWINCH, on_resize);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = on_fault;
    // A stack that overflowed cannot hold the handler; the runtime may have prepared another.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(faults[i], &action, &after_fault[i]);
  }
  const int numbers[] = {SIGHUP, SIGTERM, SIGQUIT, SIGCONT, SIGTSTP, SIGWINCH, SIGABRT};
  allow_signals(numbers, sizeof numbers / sizeof *numbers);
}

static void count_interrupt(int number) {
  (void)number;
  atomic_fetch_add_explicit(&interrupts, 1, memory_order_relaxed);
}

void dyad_catch_signals(void) {
  set_handler(SIGINT, count_interrupt);
  signal(SIGPIPE, SIG_IGN);
  // A parent that starts us from a worker thread may have passed on a mask that hides Ctrl-C.
  const int numbers[] = {SIGINT, SIGTSTP, SIGWINCH};
  allow_signals(numbers, sizeof numbers / sizeof *numbers);
}

int dyad_interrupts(void) { return atomic_load_explicit(&interrupts, memory_order_relaxed); }

void dyad_reset_interrupts(void) { atomic_store_explicit(&interrupts, 0, memory_order_relaxed); }
