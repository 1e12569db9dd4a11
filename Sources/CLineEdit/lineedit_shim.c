#define _GNU_SOURCE
#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "CLineEdit.h"
#include "key_reader.h"
#include "terminal_state.h"

struct dyad_editor {
  EditLine *edit;
  History *history;
  char *prompt;
  dyad_complete_function complete;
  dyad_paste_function paste;
  void *context;
  int uses_paste;
  int is_interrupted;
};

// Stands around the parts of a prompt that have no width.
enum { PROMPT_ESCAPE = DYAD_PROMPT_ESCAPE };

static dyad_editor *editor_of(EditLine *edit) {
  void *data = NULL;
  el_get(edit, EL_CLIENTDATA, &data);
  return data;
}

static char *prompt_of(EditLine *edit) {
  dyad_editor *editor = editor_of(edit);
  return editor && editor->prompt ? editor->prompt : "";
}

static unsigned char on_tab(EditLine *edit, int character) {
  (void)character;
  dyad_editor *editor = editor_of(edit);
  if (!editor || !editor->complete) return CC_REFRESH_BEEP;
  switch (editor->complete(editor->context)) {
    case DYAD_LINE_CHANGED: return CC_REFRESH;
    case DYAD_LIST_PRINTED: return CC_REDISPLAY;
    default: return CC_REFRESH_BEEP;
  }
}

static unsigned char on_interrupt(EditLine *edit, int character) {
  (void)character;
  dyad_editor *editor = editor_of(edit);
  fputs("^C\r\n", stdout);
  fflush(stdout);
  if (editor) editor->is_interrupted = 1;
  return CC_EOF;
}

// Text that is pasted is inserted, never run: that needs Enter.
static unsigned char on_paste(EditLine *edit, int character) {
  (void)character;
  dyad_editor *editor = editor_of(edit);
  if (!editor || !editor->paste) return CC_REFRESH_BEEP;
  size_t length;
  int is_cut;
  const char *text = keys_pasted(&length, &is_cut);
  switch (editor->paste(editor->context, text, length, is_cut)) {
    case DYAD_LINE_CHANGED: return CC_REFRESH;
    case DYAD_LIST_PRINTED: return CC_REDISPLAY;
    default: return CC_REFRESH_BEEP;
  }
}

// The whole job stops, as with a key that the terminal turns into a signal; the handler gives the
// terminal back, and the reader takes it again.
static unsigned char on_suspend(EditLine *edit, int character) {
  (void)edit;
  (void)character;
  fflush(stdout);
  kill(0, SIGTSTP);
  return CC_NORM;
}

// After a stop the terminal may be in any mode, and its last line is the shell's.
static void answer_events(dyad_editor *editor) {
  int events = terminal_events();
  if (events & TERMINAL_CONTINUED) {
    el_set(editor->edit, EL_PREP_TERM, 0);
    el_set(editor->edit, EL_PREP_TERM, 1);
    terminal_release();
    terminal_take(editor->uses_paste);
  }
  if (events & (TERMINAL_RESIZED | TERMINAL_CONTINUED)) {
    fputs("\r\x1b[J", stdout);
    fflush(stdout);
    el_resize(editor->edit);
    el_set(editor->edit, EL_REFRESH);
  }
}

// libedit puts the terminal into its mode right before it asks for the first character.
static int read_character(EditLine *edit, wchar_t *character) {
  dyad_editor *editor = editor_of(edit);
  if (!editor) return -1;
  terminal_take(editor->uses_paste);
  for (;;) {
    int result = keys_character(character);
    if (result != KEYS_EVENT) return result;
    answer_events(editor);
  }
}

// The keys that users of bash expect; libedit's own choices differ.
static void bind_keys(EditLine *edit) {
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
  el_set(edit, EL_BIND, "^W", "ed-delete-prev-word", NULL);
  el_set(edit, EL_BIND, "^U", "vi-kill-line-prev", NULL);
  el_set(edit, EL_BIND, "\\e[3~", "ed-delete-next-char", NULL);
  el_set(edit, EL_BIND, "\\e[1~", "ed-move-to-beg", NULL);
  el_set(edit, EL_BIND, "\\e[4~", "ed-move-to-end", NULL);
  el_set(edit, EL_BIND, "\\e[H", "ed-move-to-beg", NULL);
  el_set(edit, EL_BIND, "\\e[F", "ed-move-to-end", NULL);
  el_set(edit, EL_BIND, "\\e[1;5D", "ed-prev-word", NULL);
  el_set(edit, EL_BIND, "\\e[1;5C", "em-next-word", NULL);
}

// Keys that hold in every mode, vi's command mode included.
static void bind_everywhere(EditLine *edit, const char *key, const char *function) {
  el_set(edit, EL_BIND, key, function, NULL);
  el_set(edit, EL_BIND, "-a", key, function, NULL);
}

static void set_up(dyad_editor *editor) {
  EditLine *edit = editor->edit;
  el_set(edit, EL_CLIENTDATA, editor);
  el_set(edit, EL_PROMPT_ESC, prompt_of, PROMPT_ESCAPE);
  el_set(edit, EL_HIST, history, editor->history);
  el_set(edit, EL_SIGNAL, 0);
  el_set(edit, EL_GETCFN, read_character);
  el_set(edit, EL_ADDFN, "dyad-complete", "Complete the word", on_tab);
  el_set(edit, EL_ADDFN, "dyad-interrupt", "Clear the line", on_interrupt);
  el_set(edit, EL_ADDFN, "dyad-suspend", "Suspend", on_suspend);
  el_set(edit, EL_ADDFN, "dyad-paste", "Insert what was pasted", on_paste);
  el_set(edit, EL_EDITOR, "emacs");
  bind_keys(edit);
  el_source(edit, NULL);
  // While a line is edited Ctrl-C and Ctrl-Z are keys, so that Ctrl-C can clear the line without
  // a signal. (Undefining the interrupt character alone has no effect in libedit 3.1.)
  el_set(edit, EL_SETTY, "-d", "-isig", NULL);
  el_set(edit, EL_BIND, "^L", "ed-clear-screen", NULL);
  bind_everywhere(edit, "^I", "dyad-complete");
  bind_everywhere(edit, "^C", "dyad-interrupt");
  bind_everywhere(edit, "^Z", "dyad-suspend");
  bind_everywhere(edit, "\\236", "dyad-paste");
  // Without editing, or on a terminal that knows no sequences, a paste is what its keys do.
  const char *kind = getenv("TERM");
  int is_edited = 0;
  el_get(edit, EL_EDITMODE, &is_edited);
  editor->uses_paste = is_edited && kind && *kind && strcmp(kind, "dumb") != 0;
}

dyad_editor *dyad_editor_open(const char *program) {
  dyad_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  terminal_guard();
  editor->edit = el_init(program, stdin, stdout, stderr);
  editor->history = history_init();
  if (!editor->edit || !editor->history) {
    dyad_editor_close(editor);
    return NULL;
  }
  HistEvent event;
  history(editor->history, &event, H_SETSIZE, DYAD_HISTORY_SIZE);
  history(editor->history, &event, H_SETUNIQUE, 1);
  set_up(editor);
  return editor;
}

void dyad_editor_close(dyad_editor *editor) {
  if (!editor) return;
  if (editor->edit) el_end(editor->edit);
  if (editor->history) history_end(editor->history);
  terminal_restore();
  free(editor->prompt);
  free(editor);
}

void dyad_editor_set_functions(
    dyad_editor *editor, dyad_complete_function complete, dyad_paste_function paste,
    void *context) {
  editor->complete = complete;
  editor->paste = paste;
  editor->context = context;
}

void dyad_editor_add_history(dyad_editor *editor, const char *entry) {
  HistEvent event;
  history(editor->history, &event, H_ENTER, entry);
}

const char *dyad_editor_read(dyad_editor *editor, const char *prompt, int *status) {
  free(editor->prompt);
  editor->prompt = strdup(prompt);
  editor->is_interrupted = 0;
  int count = 0;
  errno = 0;
  const char *line = el_gets(editor->edit, &count);
  terminal_release();
  if (editor->is_interrupted || (!line && count < 0 && errno == EINTR)) {
    *status = DYAD_READ_INTERRUPTED;
    return NULL;
  }
  *status = line && count > 0 ? DYAD_READ_LINE : DYAD_READ_END;
  return *status == DYAD_READ_LINE ? line : NULL;
}

const char *dyad_editor_line(dyad_editor *editor, size_t *length, size_t *cursor) {
  const LineInfo *line = el_line(editor->edit);
  *length = (size_t)(line->lastchar - line->buffer);
  *cursor = (size_t)(line->cursor - line->buffer);
  return line->buffer;
}

void dyad_editor_replace(dyad_editor *editor, int characters, const char *text) {
  if (characters > 0) el_deletestr(editor->edit, characters);
  if (*text) el_insertstr(editor->edit, text);
}

void dyad_editor_print(dyad_editor *editor, const char *text) {
  (void)editor;
  fputs(text, stdout);
  fflush(stdout);
}

void dyad_use_utf8(void) {
  setlocale(LC_CTYPE, "");
  const char *names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
    setlocale(LC_CTYPE, names[i]);
  }
}
