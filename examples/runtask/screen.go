package main

import "io"

// emptied empties the line in which the cursor is.
const emptied = "\r\x1b[K"

// screen shows the log. On a terminal one more line stands below it, for the
// progress or a question; elsewhere stdout gets the log alone, and the words of
// the program go to stderr. It is for one goroutine.
type screen struct {
	log, words io.Writer
	live       bool
	colour     bool
	bottom     string // What stands below the log now.
}

func newScreen(p process, noColor bool) *screen {
	if p.terminal {
		return &screen{log: p.stdout, words: p.stdout, live: true, colour: !noColor}
	}
	return &screen{log: p.stdout, words: p.stderr}
}

// line shows a line of the log, and below it the progress from then on. An
// empty progress keeps what stands there.
func (s *screen) line(text, progress string) {
	was := s.bottom
	if s.live && progress != "" {
		s.bottom = s.paint(dim, progress)
	}
	s.write(s.log, was != "", clean(text, s.colour))
}

// note shows words of the program.
func (s *screen) note(style, text string) {
	s.write(s.words, s.bottom != "", s.paint(style, plain(text)))
}

// write puts a line above the lowest one. One write for all keeps the terminal
// from flickering. Where nobody reads any more there is nobody to tell.
func (s *screen) write(w io.Writer, occupied bool, text string) {
	text += "\n" + s.bottom
	if occupied {
		text = emptied + text
	}
	_, _ = io.WriteString(w, text)
}

// draw replaces the lowest line. An empty text removes it.
func (s *screen) draw(style, text string) {
	if text != "" {
		text = s.paint(style, text)
	}
	if !s.live || text == s.bottom {
		return
	}
	was := s.bottom
	s.bottom = text
	if was != "" {
		text = emptied + text
	}
	_, _ = io.WriteString(s.words, text)
}

// scrolled says that somebody has pressed enter: the lowest line has become a
// part of what is above.
func (s *screen) scrolled() { s.bottom = "" }

func (s *screen) paint(style, text string) string {
	if !s.colour || style == "" {
		return text
	}
	return paint(style, text)
}
