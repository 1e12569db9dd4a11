#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "CLineEdit.h"
#include "key_reader.h"
#include "terminal_state.h"

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// What the user typed ahead meanwhile; more than fits is more than anyone types.
struct typed {
  unsigned char bytes[4096];
  size_t count;
};

static void keep(struct typed *typed, const unsigned char *bytes, size_t count) {
  if (typed->count + count > sizeof typed->bytes) return;
  memcpy(typed->bytes + typed->count, bytes, count);
  typed->count += count;
}

// Gathers replies until the one to the last question, the terminal's attributes, or the time.
static size_t gather(char *reply, size_t capacity, long end, struct typed *typed) {
  size_t length = 0;
  for (;;) {
    long left = end - milliseconds();
    int byte = left > 0 ? keys_byte((int)left, 0) : KEYS_TIME_OVER;
    if (byte < 0) return length;
    unsigned char bytes[KEYS_SEQUENCE + 1] = {(unsigned char)byte};
    size_t count = 0;
    enum key_sequence kind = SEQUENCE_KEY;
    if (byte == 0x1b) {
      left = end - milliseconds();
      kind = keys_sequence(bytes + 1, &count, left > 0 ? (int)left : 0);
    }
    if (kind != SEQUENCE_REPLY) {
      keep(typed, bytes, count + 1);
      continue;
    }
    if (length + count + 1 < capacity) {
      memcpy(reply + length, bytes, count + 1);
      length += count + 1;
    }
    if (bytes[1] == '[') return length;
  }
}

size_t dyad_terminal_query(const char *question, char *reply, size_t capacity, int timeout) {
  struct termios mode;
  if (capacity == 0 || !terminal_is_ours() || tcgetattr(STDIN_FILENO, &mode) != 0) return 0;
  struct termios quiet = mode;
  quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  terminal_take(0);
  size_t length = 0;
  struct typed typed = {.count = 0};
  if (tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet) == 0) {
    size_t count = strlen(question);
    if (write(STDOUT_FILENO, question, count) == (ssize_t)count) {
      length = gather(reply, capacity, milliseconds() + timeout, &typed);
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &mode);
  }
  terminal_release();
  keys_unread(typed.bytes, typed.count);
  reply[length] = 0;
  return length;
}

struct dyad_terminal_size dyad_terminal_size(void) {
  struct winsize size;
  struct dyad_terminal_size result = {80, 24, 0, 0};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 &&
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) {
    return result;
  }
  if (size.ws_col > 0) result.columns = size.ws_col;
  if (size.ws_row > 0) result.rows = size.ws_row;
  result.pixel_width = size.ws_xpixel;
  result.pixel_height = size.ws_ypixel;
  return result;
}
