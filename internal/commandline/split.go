package commandline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWords bounds the words of a command.
const maxWords = 512

// Split returns the words of text, which are separated by white space. Quotes make one word of several:
//
//	deploy "web shop" --note='it is "urgent"' C:\temp
//
// A quotation begins at the start of a word or after an =, so that don't and 5" are ordinary words; it ends at the next
// quote of its kind, after which the word ends too. A backslash makes the next character an ordinary one if that is
// white space, a quote or a backslash, and is an ordinary character otherwise and in single quotes. Typographic quotes
// are quotes; between two letters ’ is an apostrophe.
//
// The error is a *UsageError: for a quotation without an end, for one that goes on after its end, or for more than 512
// words.
func Split(text string) ([]string, error) {
	words := []string{}
	s := scanner{text: text}
	for {
		w, ok, err := s.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return words, nil
		}
		if len(words) == maxWords {
			return nil, wrong("these are more than %d words", maxWords)
		}
		words = append(words, w.text)
	}
}

// word is a word, and where it came from.
type word struct {
	text   string
	quoted bool // It begins with a quote or a backslash: it is a value, even if it looks like a flag.
	at     int  // The offset of its first byte.
}

// scanner reads one word after the other, so that the rest of a text can be taken as it is.
type scanner struct {
	text string
	at   int
}

// peek returns the rune at the place and its size; size 0 at the end.
func (s *scanner) peek() (r rune, size int) {
	if s.at >= len(s.text) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(s.text[s.at:])
}

// skipSpace moves to the next word.
func (s *scanner) skipSpace() {
	for {
		r, size := s.peek()
		if size == 0 || !unicode.IsSpace(r) {
			return
		}
		s.at += size
	}
}

// next returns the next word, or ok false at the end.
func (s *scanner) next() (w word, ok bool, err error) {
	s.skipSpace()
	w.at = s.at
	var b strings.Builder
	for first, afterEquals := true, false; ; first = false {
		r, size := s.peek()
		if size == 0 || unicode.IsSpace(r) {
			w.text = b.String()
			return w, !first, nil
		}
		if (first || afterEquals) && closers(r) != "" {
			w.quoted = w.quoted || first
			if err := s.quotation(&b, r, size); err != nil {
				return word{}, false, err
			}
			afterEquals = false
			continue
		}
		afterEquals = r == '='
		if escaped := s.escaped(size); r == '\\' && escaped > 0 {
			w.quoted = w.quoted || first
			s.at += size
			size = escaped
		}
		b.WriteString(s.text[s.at : s.at+size])
		s.at += size
	}
}

// escaped returns the size of the character after a backslash, 0 where that is none that a backslash changes.
func (s *scanner) escaped(backslash int) int {
	r, size := utf8.DecodeRuneInString(s.text[s.at+backslash:])
	if size > 0 && (r == '\\' || unicode.IsSpace(r) || closers(r) != "") {
		return size
	}
	return 0
}

// quotation reads a quotation that begins at the place with the quote open, and the space after it.
func (s *scanner) quotation(b *strings.Builder, open rune, size int) error {
	begin := s.at
	ends := closers(open)
	s.at += size
	for {
		r, size := s.peek()
		if size == 0 {
			return wrong("the quotation %s has no end: add %s, or write \\%c for the character itself",
				Show(s.text[begin:]), usualCloser(open), open)
		}
		after, afterSize := utf8.DecodeRuneInString(s.text[s.at+size:])
		if r == '\\' && escapes(open) && (after == '\\' || strings.ContainsRune(ends, after)) && afterSize > 0 {
			b.WriteRune(after)
			s.at += size + afterSize
			continue
		}
		if !strings.ContainsRune(ends, r) || apostrophe(s.text[:s.at], r, after) {
			b.WriteString(s.text[s.at : s.at+size])
			s.at += size
			continue
		}
		s.at += size
		if afterSize > 0 && !unicode.IsSpace(after) {
			return wrong("the quotation %s ends in the middle of a word: put a space after it, or other quotes around it",
				Show(s.text[begin:s.at]))
		}
		return nil
	}
}

// apostrophe says whether r, with this text before it and this rune after it, is no quote but part of a word.
func apostrophe(before string, r, after rune) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return r == '’' && unicode.IsLetter(last) && unicode.IsLetter(after)
}
