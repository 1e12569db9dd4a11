#pragma once

#include <stddef.h>

// libedit behind non-variadic functions, and the signals that a line editor has to know. Texts are
// UTF-8; every pointer that is returned belongs to the editor and lives until its next call.

typedef struct dyad_editor dyad_editor;

// What the completion function did with the line.
enum {
  DYAD_LINE_CHANGED = 0,
  DYAD_LINE_SAME = 1,
  DYAD_LIST_PRINTED = 2,
};

// How reading a line ended.
enum {
  DYAD_READ_LINE = 0,
  DYAD_READ_INTERRUPTED = 1,
  DYAD_READ_END = 2,
};

typedef int (*dyad_complete_function)(void *context);

// Receives what was pasted, raw; is_cut says that it was too long and only its begin is here.
typedef int (*dyad_paste_function)(
    void *context, const char *text, size_t length, int is_cut);

// The character around those parts of a prompt that have no width, and how many entries the
// arrow keys find.
enum {
  DYAD_PROMPT_ESCAPE = 1,
  DYAD_HISTORY_SIZE = 10000,
};

// Opens an editor on standard input and output; NULL when libedit refuses the terminal.
dyad_editor *dyad_editor_open(const char *program);

// Restores the terminal and frees the editor.
void dyad_editor_close(dyad_editor *editor);

// The functions that Tab and a paste call.
void dyad_editor_set_functions(
    dyad_editor *editor, dyad_complete_function complete, dyad_paste_function paste,
    void *context);

// Appends an entry to what the arrow keys find.
void dyad_editor_add_history(dyad_editor *editor, const char *entry);

// Reads a line; status says how it ended, NULL unless it is a line. Bracketed paste is on and the
// terminal in the editor's mode only meanwhile.
const char *dyad_editor_read(dyad_editor *editor, const char *prompt, int *status);

// The line being edited and the cursor, in bytes; for the completion function.
const char *dyad_editor_line(dyad_editor *editor, size_t *length, size_t *cursor);

// Replaces some characters before the cursor; for the completion function.
void dyad_editor_replace(dyad_editor *editor, int characters, const char *text);

// Prints below the line; for the functions above, which then return DYAD_LIST_PRINTED.
void dyad_editor_print(dyad_editor *editor, const char *text);

// The terminal's size in characters, 80×24 when unknown, and in pixels, 0 when unknown.
struct dyad_terminal_size {
  int columns, rows, pixel_width, pixel_height;
};
struct dyad_terminal_size dyad_terminal_size(void);

// Asks the terminal something that ends with a question for its attributes (ESC [ c), and gathers
// the replies until those come or milliseconds are over. What was typed meanwhile is kept; a reply
// that comes later is left out of the next line. Returns the bytes in `reply`.
size_t dyad_terminal_query(const char *question, char *reply, size_t capacity, int timeout);

// Takes the locale of the environment for characters, UTF-8 in any case.
void dyad_use_utf8(void);

// Counts SIGINT instead of dying of it; SIGPIPE becomes an error of write.
void dyad_catch_signals(void);

// How often SIGINT arrived since the last reset.
int dyad_interrupts(void);

// Forgets the interrupts.
void dyad_reset_interrupts(void);
