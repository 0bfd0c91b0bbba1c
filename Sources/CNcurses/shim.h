/// ncurses with wide characters, and what Swift cannot see of it: macros, its global variables, and
/// cells. Only the target Curses may import this module. No logic lives here.

#ifndef CNCURSES_SHIM_H
#define CNCURSES_SHIM_H

#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <stdint.h>
#include <wchar.h>

// Swift's view of the C library hides it, and <wchar.h> does so without _XOPEN_SOURCE.
extern int wcwidth(wchar_t character);

static inline WINDOW *_Nullable curses_standard_screen(void) { return stdscr; }
static inline WINDOW *_Nullable curses_physical_screen(void) { return curscr; }
static inline int curses_lines(void) { return LINES; }
static inline int curses_columns(void) { return COLS; }
static inline int curses_color_count(void) { return COLORS; }
static inline int curses_pair_count(void) { return COLOR_PAIRS; }

static inline attr_t curses_attribute_bold(void) { return WA_BOLD; }
static inline attr_t curses_attribute_dim(void) { return WA_DIM; }
static inline attr_t curses_attribute_underline(void) { return WA_UNDERLINE; }
static inline attr_t curses_attribute_reverse(void) { return WA_REVERSE; }
static inline attr_t curses_attribute_italic(void) { return WA_ITALIC; }

/// The bits of attributes that hold a colour pair's low byte.
static inline attr_t curses_attribute_colors(void) { return A_COLOR; }

/// Columns of a character as ncurses counts them; -1 for one that cannot be shown.
static inline int curses_width(uint32_t character) { return wcwidth((wchar_t)character); }

/// Most characters that one cell holds: a base and its marks.
static inline int curses_cell_capacity(void) { return CCHARW_MAX; }

/// Writes a base and its marks (`characters` ends with 0) into a window's cell.
static inline int curses_put(WINDOW *_Nonnull window, int y, int x,
                             const uint32_t *_Nonnull characters, attr_t attributes, int pair) {
  cchar_t cell;
  // A pair above 255 is only read through the last argument.
  if (setcchar(&cell, (const wchar_t *)characters, attributes, 0, &pair) == ERR) return ERR;
  return mvwadd_wch(window, y, x, &cell);
}

/// Reads a window's cell; `characters` has room for one more than a cell holds.
static inline int curses_get(WINDOW *_Nonnull window, int y, int x, uint32_t *_Nonnull characters,
                             attr_t *_Nonnull attributes, int *_Nonnull pair) {
  cchar_t cell;
  short narrow = 0;
  if (mvwin_wch(window, y, x, &cell) == ERR) return ERR;
  return getcchar(&cell, (wchar_t *)characters, attributes, &narrow, pair);
}

/// A string of the terminal's description, NULL where it has none.
static inline const char *_Nullable curses_capability(const char *_Nonnull name) {
  const char *text = tigetstr(name);
  return text == (const char *)-1 ? NULL : text;
}

#endif
