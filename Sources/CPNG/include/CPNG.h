// libpng's classic API with setjmp kept on this side: Swift must not be jumped over.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CPNG_MESSAGE_SIZE 256

/// What a PNG header says, and the palette of a palette image.
typedef struct {
  uint32_t width;
  uint32_t height;
  int bit_depth;
  int color_type;
  int palette_count;
  uint8_t palette[256 * 3];
} cpng_header;

/// A reader over bytes that the caller keeps alive until cpng_close.
typedef struct cpng_reader cpng_reader;

/// Opens a reader and reads everything before the pixels; returns NULL and a message on failure.
cpng_reader *cpng_open(const uint8_t *bytes, size_t count, cpng_header *header,
                       char message[CPNG_MESSAGE_SIZE]);

/// Reads the pixels as stored: one sample per byte (depth 1 to 8) or per native uint16 (depth 16).
/// `row_bytes` is the caller's size of a row; another size, or a broken stream, is a failure (1).
int cpng_read(cpng_reader *reader, uint8_t *samples, size_t row_bytes,
              char message[CPNG_MESSAGE_SIZE]);

/// Returns the number of text chunks met so far (all of them after cpng_read).
int cpng_text_count(const cpng_reader *reader);

/// Gives the keyword and text of a chunk; the pointers live until cpng_close.
void cpng_text(const cpng_reader *reader, int index, const char **key, const char **text,
               size_t *text_count, int *is_utf8);

/// Closes a reader; NULL is allowed.
void cpng_close(cpng_reader *reader);

/// A text chunk to write: tEXt, or iTXt when `is_utf8` is set.
typedef struct {
  const char *key;
  const char *text;
  int is_utf8;
} cpng_text_entry;

/// Writes an 8-bit image of 1, 3 or 4 channels; `pixels_per_metre` 0 leaves pHYs out.
/// The result is malloc'ed: free it with cpng_free. Returns 0, or 1 and a message.
int cpng_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
               uint32_t pixels_per_metre, const cpng_text_entry *texts, int text_count,
               uint8_t **bytes, size_t *count, char message[CPNG_MESSAGE_SIZE]);

/// Frees what cpng_write returned.
void cpng_free(uint8_t *bytes);
