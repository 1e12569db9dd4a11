#define _GNU_SOURCE
#include "key_reader.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal_state.h"

enum {
  ESCAPE = 0x1b,
  INTERRUPT = 0x03,
  // The rest of a sequence follows its ESC at once; a key that was pressed does not.
  SEQUENCE_TIME = 50,
  // What a terminal sends for one paste has no gaps as long as this.
  BURST_TIME = 20,
  // After so long a silence inside a paste, Ctrl-C is the user's.
  SILENCE_TIME = 1000,
};
static const char paste_end[] = "\x1b[201~";
enum { PASTE_END_LENGTH = sizeof paste_end - 1 };

// A text that grows up to a limit; what does not fit is counted as cut.
struct text {
  unsigned char *bytes;
  size_t count;
  size_t capacity;
  int is_cut;
};

static void append(struct text *text, const unsigned char *bytes, size_t count, size_t limit) {
  if (text->count + count > limit) {
    text->is_cut = 1;
    return;
  }
  if (text->count + count > text->capacity) {
    size_t capacity = 2 * (text->count + count) + 64;
    unsigned char *grown = realloc(text->bytes, capacity);
    if (!grown) {
      text->is_cut = 1;
      return;
    }
    text->bytes = grown;
    text->capacity = capacity;
  }
  memcpy(text->bytes + text->count, bytes, count);
  text->count += count;
}

// Bytes that were read and not used yet: from `queue_start` to the end of `queue`.
static struct text queue;
static size_t queue_start;
static struct text pasted;

void keys_unread(const unsigned char *bytes, size_t count) {
  struct text joined = {NULL, 0, 0, 0};
  append(&joined, bytes, count, SIZE_MAX / 4);
  append(&joined, queue.bytes + queue_start, queue.count - queue_start, SIZE_MAX / 4);
  free(queue.bytes);
  queue = joined;
  queue_start = 0;
}

int keys_byte(int timeout, int chunk) {
  if (queue_start == queue.count) {
    queue_start = queue.count = 0;
    int ready = terminal_wait(timeout, timeout < 0 && !chunk);
    if (ready < 0) return KEYS_EVENT;
    if (ready == 0) return KEYS_TIME_OVER;
    unsigned char bytes[4096];
    ssize_t count;
    do {
      count = read(STDIN_FILENO, bytes, chunk ? sizeof bytes : 1);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return KEYS_END;
    append(&queue, bytes, (size_t)count, SIZE_MAX / 4);
    if (queue.count == 0) return KEYS_END;
  }
  return queue.bytes[queue_start++];
}

// Whether a string that starts like `start` and ends with ST is whole.
static enum key_sequence string_reply(
    const char *start, const unsigned char *bytes, size_t count) {
  size_t length = strlen(start);
  if (memcmp(bytes, start, count < length ? count : length) != 0) return SEQUENCE_KEY;
  int is_whole = count >= length + 2 && bytes[count - 2] == ESCAPE && bytes[count - 1] == '\\';
  return is_whole ? SEQUENCE_REPLY : SEQUENCE_OPEN;
}

// Attributes of the terminal: `[?62;4c`.
static enum key_sequence attributes_reply(const unsigned char *bytes, size_t count) {
  if (memcmp(bytes, "[?", count < 2 ? count : 2) != 0) return SEQUENCE_KEY;
  if (count <= 2) return SEQUENCE_OPEN;
  unsigned char last = bytes[count - 1];
  if (last == 'c') return SEQUENCE_REPLY;
  return (last >= '0' && last <= '9') || last == ';' ? SEQUENCE_OPEN : SEQUENCE_KEY;
}

static enum key_sequence classify(const unsigned char *bytes, size_t count) {
  static const char start[] = "[200~";
  if (memcmp(bytes, start, count < 5 ? count : 5) == 0) {
    return count == 5 ? SEQUENCE_PASTE : SEQUENCE_OPEN;
  }
  enum key_sequence kinds[] = {
    attributes_reply(bytes, count), string_reply("_G", bytes, count),
    string_reply("P>|", bytes, count),
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (kinds[i] != SEQUENCE_KEY) return kinds[i];
  }
  return SEQUENCE_KEY;
}

enum key_sequence keys_sequence(unsigned char *bytes, size_t *count, int timeout) {
  *count = 0;
  while (*count < KEYS_SEQUENCE) {
    int byte = keys_byte(timeout, 0);
    if (byte < 0) return SEQUENCE_KEY;
    bytes[(*count)++] = (unsigned char)byte;
    enum key_sequence kind = classify(bytes, *count);
    if (kind != SEQUENCE_OPEN) return kind;
  }
  return SEQUENCE_KEY;
}

// How much of the end of a paste has been seen, with one more byte.
static size_t matched(size_t before, unsigned char byte) {
  if (byte == (unsigned char)paste_end[before]) return before + 1;
  return byte == ESCAPE ? 1 : 0;
}

// Reads up to the end of the paste. Returns 0 when the user gave it up.
static int read_to_paste_end(struct text *text) {
  size_t match = 0;
  int is_silent = 0;
  while (match < PASTE_END_LENGTH) {
    int byte = keys_byte(SILENCE_TIME, 1);
    if (byte == KEYS_TIME_OVER) {
      is_silent = 1;
      continue;
    }
    if (byte < 0) return 1;
    if (byte == INTERRUPT && is_silent && queue_start == queue.count &&
        terminal_wait(SEQUENCE_TIME, 0) == 0) {
      return 0;
    }
    is_silent = 0;
    match = matched(match, (unsigned char)byte);
    unsigned char one = (unsigned char)byte;
    append(text, &one, 1, KEYS_PASTE_LIMIT + PASTE_END_LENGTH);
  }
  if (!text->is_cut) text->count -= PASTE_END_LENGTH;
  return 1;
}

// A pasted text may hold the end mark itself, to make the rest of it look typed. The true mark is
// the last one of the burst: everything before it was pasted too.
static void read_hidden_rest(struct text *text) {
  struct text rest = {NULL, 0, 0, 0};
  size_t match = 0;
  for (;;) {
    int byte = keys_byte(BURST_TIME, 1);
    if (byte < 0) break;
    unsigned char one = (unsigned char)byte;
    append(&rest, &one, 1, SIZE_MAX / 4);
    match = matched(match, one);
    if (match < PASTE_END_LENGTH) continue;
    append(text, rest.bytes, rest.count - PASTE_END_LENGTH, KEYS_PASTE_LIMIT);
    rest.count = match = 0;
  }
  keys_unread(rest.bytes, rest.count);
  free(rest.bytes);
}

static void read_paste(void) {
  pasted.count = 0;
  pasted.is_cut = 0;
  if (!read_to_paste_end(&pasted)) {
    pasted.count = 0;
    return;
  }
  read_hidden_rest(&pasted);
  if (pasted.count > KEYS_PASTE_LIMIT) pasted.is_cut = 1;
}

const char *keys_pasted(size_t *length, int *is_cut) {
  *length = pasted.count;
  *is_cut = pasted.is_cut;
  return pasted.count > 0 ? (const char *)pasted.bytes : "";
}

// The rest of a UTF-8 character after its first byte; 0 for bytes that are none.
static wchar_t rest_of_character(int first) {
  int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  unsigned value = (unsigned)first & (0x3fU >> more);
  for (int i = 0; i < more; i++) {
    int byte = keys_byte(SEQUENCE_TIME, 0);
    if (byte < 0) return 0;
    if ((byte & 0xc0) != 0x80) {
      unsigned char one = (unsigned char)byte;
      keys_unread(&one, 1);
      return 0;
    }
    value = value << 6 | ((unsigned)byte & 0x3f);
  }
  static const unsigned least[] = {0, 0x80, 0x800, 0x10000};
  int is_surrogate = value >= 0xd800 && value < 0xe000;
  // Control characters above ASCII are no keys, and one of them stands for a paste.
  int is_control = value < 0xa0;
  if (value < least[more] || value > 0x10ffff || is_surrogate || is_control) return 0;
  return (wchar_t)value;
}

int keys_character(wchar_t *character) {
  for (;;) {
    int byte = keys_byte(-1, 0);
    if (byte == KEYS_EVENT) return KEYS_EVENT;
    if (byte < 0) return 0;
    *character = (wchar_t)byte;
    if (byte >= 0x80) {
      *character = rest_of_character(byte);
      if (*character == 0) continue;
    } else if (byte == ESCAPE) {
      unsigned char bytes[KEYS_SEQUENCE];
      size_t count;
      enum key_sequence kind = keys_sequence(bytes, &count, SEQUENCE_TIME);
      if (kind == SEQUENCE_REPLY) continue;
      if (kind == SEQUENCE_PASTE) {
        read_paste();
        *character = KEYS_PASTE;
      } else {
        keys_unread(bytes, count);
      }
    }
    return 1;
  }
}
