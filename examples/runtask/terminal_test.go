package main

import (
	"io"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// terminal is what somebody sees: it understands what the program may use and
// calls everything else a failure.
type terminal struct {
	t     *testing.T
	mu    sync.Mutex
	rows  [][]cell
	at    int    // The column of the cursor, in the last row.
	style string // Of what is written next.
}

type cell struct {
	r     rune
	style string
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	return &terminal{t: t, rows: [][]cell{nil}}
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := string(p)
	for text != "" {
		if strings.HasPrefix(text, "\x1b[") {
			text = s.obey(text)
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		s.put(r)
		text = text[size:]
	}
	return len(p), nil
}

// obey follows an escape sequence and returns what comes after it.
func (s *terminal) obey(text string) string {
	end := strings.IndexAny(text, "mK")
	if end < 0 {
		s.t.Errorf("an unknown escape sequence: %q", text)
		return ""
	}
	switch argument := text[2:end]; {
	case text[end] == 'K' && argument == "":
		s.rows[len(s.rows)-1] = s.rows[len(s.rows)-1][:min(s.at, len(s.rows[len(s.rows)-1]))]
	case text[end] == 'm' && strings.Trim(argument, "0123456789;:") == "":
		s.style = argument
		if argument == "0" {
			s.style = ""
		}
	default:
		s.t.Errorf("an unknown escape sequence: %q", text[:end+1])
	}
	return text[end+1:]
}

func (s *terminal) put(r rune) {
	row := &s.rows[len(s.rows)-1]
	switch {
	case r == '\n':
		s.rows, s.at = append(s.rows, nil), 0
	case r == '\r':
		s.at = 0
	case r < ' ' && r != '\t':
		s.t.Errorf("a control character: %q", r)
	case s.at < len(*row):
		(*row)[s.at] = cell{r, s.style}
		s.at++
	default:
		*row = append(*row, cell{r, s.style})
		s.at++
	}
}

// text is what can be read.
func (s *terminal) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for i, row := range s.rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, c := range row {
			b.WriteRune(c.r)
		}
	}
	return b.String()
}

// bottom is the line in which the cursor is.
func (s *terminal) bottom() string {
	text := s.text()
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// picture shows the styles too, as {32}green{}.
func (s *terminal) picture() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for i, row := range s.rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		style := ""
		for _, c := range append(row, cell{}) {
			if c.style != style {
				style = c.style
				b.WriteString("{" + style + "}")
			}
			if c.r != 0 {
				b.WriteRune(c.r)
			}
		}
	}
	return b.String()
}

// keyboard is a stdin at which somebody types lines.
type keyboard struct {
	lines chan string
	rest  string
}

func newKeyboard() *keyboard { return &keyboard{lines: make(chan string, 100)} }

func (k *keyboard) Read(p []byte) (int, error) {
	for k.rest == "" {
		line, open := <-k.lines
		if !open {
			return 0, io.EOF
		}
		k.rest = line + "\n"
	}
	n := copy(p, k.rest)
	k.rest = k.rest[n:]
	return n, nil
}
