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

// Opens an editor on standard input and output; NULL when libedit refuses the terminal.
dyad_editor *dyad_editor_open(const char *program);

// Restores the terminal and frees the editor.
void dyad_editor_close(dyad_editor *editor);

// The function that Tab calls.
void dyad_editor_set_completion(
    dyad_editor *editor, dyad_complete_function function, void *context);

// Appends an entry to what the arrow keys find.
void dyad_editor_add_history(dyad_editor *editor, const char *entry);

// Reads a line without its newline; status says how it ended, NULL unless it is a line.
const char *dyad_editor_read(dyad_editor *editor, const char *prompt, int *status);

// The line being edited and the cursor, in bytes; for the completion function.
const char *dyad_editor_line(dyad_editor *editor, size_t *length, size_t *cursor);

// Replaces some characters before the cursor; for the completion function.
void dyad_editor_replace(dyad_editor *editor, int characters, const char *text);

// Prints below the line; for the completion function, which then returns DYAD_LIST_PRINTED.
void dyad_editor_print(dyad_editor *editor, const char *text);

// The terminal's width in columns, 80 when unknown.
int dyad_terminal_width(void);

// Takes the locale of the environment for characters, UTF-8 in any case.
void dyad_use_utf8(void);

// Counts SIGINT instead of dying of it; SIGPIPE becomes an error of write.
void dyad_catch_signals(void);

// How often SIGINT arrived since the last reset.
int dyad_interrupts(void);

// Forgets the interrupts.
void dyad_reset_interrupts(void);
