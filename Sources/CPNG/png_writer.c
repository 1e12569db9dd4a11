#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  png_textp texts;
  char *message;
} writer;

static void fail(png_structp png, png_const_charp text) {
  writer *out = png_get_error_ptr(png);
  strncpy(out->message, text, CPNG_MESSAGE_SIZE - 1);
  out->message[CPNG_MESSAGE_SIZE - 1] = 0;
  longjmp(png_jmpbuf(png), 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void append(png_structp png, png_bytep bytes, size_t count) {
  writer *out = png_get_io_ptr(png);
  if (count > SIZE_MAX / 4 || out->count > SIZE_MAX / 4) png_error(png, "the image is too large");
  if (out->count + count > out->capacity) {
    size_t capacity = (out->count + count) * 2;
    uint8_t *grown = realloc(out->bytes, capacity);
    if (!grown) png_error(png, "out of memory");
    out->bytes = grown;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->count, bytes, count);
  out->count += count;
}

static void flush(png_structp png) { (void)png; }

static void add_texts(png_structp png, png_infop info, writer *out,
                      const cpng_text_entry *entries, int count) {
  if (count <= 0) return;
  out->texts = calloc((size_t)count, sizeof *out->texts);
  if (!out->texts) png_error(png, "out of memory");
  for (int i = 0; i < count; i++) {
    out->texts[i].key = (char *)entries[i].key;
    out->texts[i].text = (char *)entries[i].text;
    out->texts[i].compression =
        entries[i].is_utf8 ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
    if (entries[i].is_utf8)
      out->texts[i].itxt_length = strlen(entries[i].text);
    else
      out->texts[i].text_length = strlen(entries[i].text);
  }
  png_set_text(png, info, out->texts, count);
}

int cpng_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
               uint32_t pixels_per_metre, const cpng_text_entry *texts, int text_count,
               uint8_t **bytes, size_t *count, char message[CPNG_MESSAGE_SIZE]) {
  message[0] = 0;
  // On the heap: what setjmp's function changes after the call must not live in registers.
  writer *out = calloc(1, sizeof *out);
  if (!out) {
    strcpy(message, "out of memory");
    return 1;
  }
  out->message = message;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, out, fail, ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    free(out);
    strcpy(message, "libpng cannot be initialised");
    return 1;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(out->bytes);
    free(out->texts);
    free(out);
    return 1;
  }
  int type = channels == 1 ? PNG_COLOR_TYPE_GRAY
                           : (channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA);
  png_set_write_fn(png, out, append, flush);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_compression_level(png, 6);
  png_set_IHDR(png, info, width, height, 8, type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (pixels_per_metre)
    png_set_pHYs(png, info, pixels_per_metre, pixels_per_metre, PNG_RESOLUTION_METER);
  add_texts(png, info, out, texts, text_count);
  png_write_info(png, info);
  for (uint32_t y = 0; y < height; y++)
    png_write_row(png, pixels + (size_t)y * width * (size_t)channels);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  *bytes = out->bytes;
  *count = out->count;
  free(out->texts);
  free(out);
  return 0;
}

void cpng_free(uint8_t *bytes) { free(bytes); }
