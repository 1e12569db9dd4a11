#define _GNU_SOURCE
#include "CLineEdit.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

struct dyad_editor {
  EditLine *edit;
  History *history;
  char *prompt;
  dyad_complete_function complete;
  void *context;
  int is_interrupted;
};

// The terminal as it was, for exits that do not pass through dyad_editor_close.
static struct termios original_mode;
static volatile sig_atomic_t has_original_mode = 0;
static atomic_int interrupts = 0;

static void restore_terminal(void) {
  if (has_original_mode) {
    has_original_mode = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &original_mode);
  }
}

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

// libedit's own handler gives the terminal back before the process stops and takes it after.
static unsigned char on_suspend(EditLine *edit, int character) {
  (void)edit;
  (void)character;
  raise(SIGTSTP);
  return CC_REDISPLAY;
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

dyad_editor *dyad_editor_open(const char *program) {
  dyad_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  if (tcgetattr(STDIN_FILENO, &original_mode) == 0) {
    has_original_mode = 1;
    atexit(restore_terminal);
  }
  editor->edit = el_init(program, stdin, stdout, stderr);
  editor->history = history_init();
  if (!editor->edit || !editor->history) {
    dyad_editor_close(editor);
    return NULL;
  }
  HistEvent event;
  history(editor->history, &event, H_SETSIZE, 10000);
  history(editor->history, &event, H_SETUNIQUE, 1);
  EditLine *edit = editor->edit;
  el_set(edit, EL_CLIENTDATA, editor);
  el_set(edit, EL_PROMPT, prompt_of);
  el_set(edit, EL_HIST, history, editor->history);
  el_set(edit, EL_SIGNAL, 1);
  el_set(edit, EL_ADDFN, "dyad-complete", "Complete the word", on_tab);
  el_set(edit, EL_ADDFN, "dyad-interrupt", "Clear the line", on_interrupt);
  el_set(edit, EL_ADDFN, "dyad-suspend", "Suspend", on_suspend);
  el_set(edit, EL_EDITOR, "emacs");
  bind_keys(edit);
  el_source(edit, NULL);
  // While a line is edited Ctrl-C and Ctrl-Z are keys, so that Ctrl-C can clear the line without
  // a signal. (Undefining the interrupt character alone has no effect in libedit 3.1.)
  el_set(edit, EL_SETTY, "-d", "-isig", NULL);
  el_set(edit, EL_BIND, "^L", "ed-clear-screen", NULL);
  el_set(edit, EL_BIND, "^I", "dyad-complete", NULL);
  el_set(edit, EL_BIND, "^C", "dyad-interrupt", NULL);
  el_set(edit, EL_BIND, "-a", "^C", "dyad-interrupt", NULL);
  el_set(edit, EL_BIND, "^Z", "dyad-suspend", NULL);
  el_set(edit, EL_BIND, "-a", "^Z", "dyad-suspend", NULL);
  return editor;
}

void dyad_editor_close(dyad_editor *editor) {
  if (!editor) return;
  if (editor->edit) el_end(editor->edit);
  if (editor->history) history_end(editor->history);
  restore_terminal();
  free(editor->prompt);
  free(editor);
}

void dyad_editor_set_completion(
    dyad_editor *editor, dyad_complete_function function, void *context) {
  editor->complete = function;
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

int dyad_terminal_width(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void dyad_use_utf8(void) {
  setlocale(LC_CTYPE, "");
  const char *names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
    setlocale(LC_CTYPE, names[i]);
  }
}

static void count_interrupt(int number) {
  (void)number;
  atomic_fetch_add_explicit(&interrupts, 1, memory_order_relaxed);
}

void dyad_catch_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = count_interrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  // A parent that starts us from a worker thread may have passed on a mask that hides Ctrl-C.
  sigset_t keys;
  sigemptyset(&keys);
  sigaddset(&keys, SIGINT);
  sigaddset(&keys, SIGTSTP);
  sigaddset(&keys, SIGWINCH);
  sigprocmask(SIG_UNBLOCK, &keys, NULL);
}

int dyad_interrupts(void) { return atomic_load_explicit(&interrupts, memory_order_relaxed); }

void dyad_reset_interrupts(void) { atomic_store_explicit(&interrupts, 0, memory_order_relaxed); }
