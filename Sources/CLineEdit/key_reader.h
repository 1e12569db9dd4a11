#pragma once

#include <stddef.h>
#include <wchar.h>

// Inside this target: standard input as keys. One reader, because there is one standard input.

enum {
  KEYS_TIME_OVER = -1,
  KEYS_END = -2,
  KEYS_EVENT = -3,
};

// The key that stands for a paste: a control character that no terminal sends as such.
enum { KEYS_PASTE = 0x9e };

// What a sequence after ESC is.
enum key_sequence { SEQUENCE_OPEN, SEQUENCE_KEY, SEQUENCE_PASTE, SEQUENCE_REPLY };

// Reads a byte, or one of the values below 0. Without a time (-1) an event of the terminal ends
// the wait; with `chunk` more than one byte may be taken from the terminal.
int keys_byte(int timeout, int chunk);

// Puts bytes back in front of what is read next.
void keys_unread(const unsigned char *bytes, size_t count);

// Reads what follows ESC into `bytes` (of at least KEYS_SEQUENCE) and says what it is.
enum key_sequence keys_sequence(unsigned char *bytes, size_t *count, int timeout);
enum { KEYS_SEQUENCE = 512 };

// Reads a character: 1 with the character (KEYS_PASTE after a paste), 0 at the end of input, or
// KEYS_EVENT. Replies of the terminal that come late are left out.
int keys_character(wchar_t *character);

// The text of the last paste; `is_cut` when it was longer than KEYS_PASTE_LIMIT.
const char *keys_pasted(size_t *length, int *is_cut);
enum { KEYS_PASTE_LIMIT = 1 << 16 };
