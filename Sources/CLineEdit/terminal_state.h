#pragma once

#include <stddef.h>

// Inside this target: who has the terminal, and what its keys say.

// What happened to the terminal since it was last asked for.
enum {
  TERMINAL_RESIZED = 1,
  TERMINAL_CONTINUED = 2,
};

// Remembers the terminal's mode and gives it back on every way out of the process: exit, ending
// signals, faults. Stopping gives it back too.
void terminal_guard(void);

// Marks the terminal as taken: its mode is about to differ, with bracketed paste if asked for.
void terminal_take(int with_paste);

// Marks it as given back; bracketed paste is off after it. The mode itself is the caller's.
void terminal_release(void);

// Gives the terminal back as it was found, if it is taken.
void terminal_restore(void);

// What happened since the last call, as bits.
int terminal_events(void);

// Whether a byte of standard input, or an event if those are asked for, is there before the time
// is over (milliseconds, -1 for no end): 1 for a byte or the end of input, 0 for time over, -1 for
// an event.
int terminal_wait(int timeout, int wants_events);

// Whether this process may steer the terminal: it is in the foreground.
int terminal_is_ours(void);
