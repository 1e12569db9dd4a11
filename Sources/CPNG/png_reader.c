#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct cpng_reader {
  png_structp png;
  png_infop info;
  png_infop end;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  int at_end;
  char *message;
};

static void fail(png_structp png, png_const_charp text) {
  cpng_reader *reader = png_get_error_ptr(png);
  if (reader->message) {
    strncpy(reader->message, text, CPNG_MESSAGE_SIZE - 1);
    reader->message[CPNG_MESSAGE_SIZE - 1] = 0;
  }
  longjmp(png_jmpbuf(png), 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void supply(png_structp png, png_bytep out, size_t wanted) {
  cpng_reader *reader = png_get_io_ptr(png);
  if (wanted > reader->count - reader->position) png_error(png, "the file ends too early");
  memcpy(out, reader->bytes + reader->position, wanted);
  reader->position += wanted;
}

static void fill_header(cpng_reader *reader, cpng_header *header) {
  png_uint_32 width, height;
  int depth, type, interlace, compression, filter;
  png_get_IHDR(reader->png, reader->info, &width, &height, &depth, &type, &interlace, &compression,
               &filter);
  memset(header, 0, sizeof *header);
  header->width = width;
  header->height = height;
  header->bit_depth = depth;
  header->color_type = type;
  png_colorp palette;
  int entries = 0;
  if (type == PNG_COLOR_TYPE_PALETTE &&
      png_get_PLTE(reader->png, reader->info, &palette, &entries)) {
    header->palette_count = entries;
    for (int i = 0; i < entries && i < 256; i++) {
      header->palette[3 * i] = palette[i].red;
      header->palette[3 * i + 1] = palette[i].green;
      header->palette[3 * i + 2] = palette[i].blue;
    }
  }
}

cpng_reader *cpng_open(const uint8_t *bytes, size_t count, cpng_header *header,
                       char message[CPNG_MESSAGE_SIZE]) {
  message[0] = 0;
  cpng_reader *reader = calloc(1, sizeof *reader);
  if (!reader) {
    strcpy(message, "out of memory");
    return NULL;
  }
  reader->bytes = bytes;
  reader->count = count;
  reader->message = message;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, ignore);
  if (reader->png) reader->info = png_create_info_struct(reader->png);
  if (reader->info) reader->end = png_create_info_struct(reader->png);
  if (!reader->end) {
    strcpy(message, "libpng cannot be initialised");
    cpng_close(reader);
    return NULL;
  }
  if (setjmp(png_jmpbuf(reader->png))) {
    cpng_close(reader);
    return NULL;
  }
  // The caller bounds width times height; these bound what ancillary chunks may allocate.
  png_set_user_limits(reader->png, 0x7fffffff, 0x7fffffff);
  png_set_chunk_malloc_max(reader->png, 4000000);
  png_set_chunk_cache_max(reader->png, 256);
  png_set_read_fn(reader->png, reader, supply);
  png_read_info(reader->png, reader->info);
  fill_header(reader, header);
  reader->message = NULL;
  return reader;
}

int cpng_read(cpng_reader *reader, uint8_t *samples, size_t row_bytes,
              char message[CPNG_MESSAGE_SIZE]) {
  message[0] = 0;
  reader->message = message;
  if (setjmp(png_jmpbuf(reader->png))) {
    reader->message = NULL;
    return 1;
  }
  png_structp png = reader->png;
  png_set_packing(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (png_get_bit_depth(png, reader->info) == 16) png_set_swap(png);
#endif
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);
  if (png_get_rowbytes(png, reader->info) != row_bytes) png_error(png, "unexpected row size");
  png_uint_32 height = png_get_image_height(png, reader->info);
  for (int pass = 0; pass < passes; pass++)
    for (png_uint_32 y = 0; y < height; y++)
      png_read_row(png, samples + (size_t)y * row_bytes, NULL);
  png_read_end(png, reader->end);
  reader->at_end = 1;
  reader->message = NULL;
  return 0;
}

static int text_part(const cpng_reader *reader, int after, png_textp *texts) {
  int count = 0;
  if (after && !reader->at_end) return 0;
  png_get_text(reader->png, after ? reader->end : reader->info, texts, &count);
  return count;
}

int cpng_text_count(const cpng_reader *reader) {
  png_textp texts;
  return text_part(reader, 0, &texts) + text_part(reader, 1, &texts);
}

void cpng_text(const cpng_reader *reader, int index, const char **key, const char **text,
               size_t *text_count, int *is_utf8) {
  png_textp texts;
  int before = text_part(reader, 0, &texts);
  if (index >= before) {
    text_part(reader, 1, &texts);
    index -= before;
  }
  const png_text *entry = &texts[index];
  *key = entry->key;
  *text = entry->text;
  *is_utf8 = entry->compression >= PNG_ITXT_COMPRESSION_NONE;
  *text_count = *is_utf8 ? entry->itxt_length : entry->text_length;
}

void cpng_close(cpng_reader *reader) {
  if (!reader) return;
  if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, &reader->end);
  free(reader);
}
