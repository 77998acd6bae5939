package matrixbot

import (
	"net/url"
	"strings"
)

// inline reads the text of a paragraph or heading.
type inline struct {
	src    string
	pos    int
	depth  int
	inLink bool
	text   strings.Builder
	out    []node
	absent map[string]bool // the closing signs that are not to be found any more
	pairs  map[int]int     // where brackets begin and end; nil before the first one
	paren  int             // where the last closing parenthesis is, or -1; known when pairs are
}

func parseInline(src string) []node { return parseSpan(src, 0, false) }

func parseSpan(src string, depth int, inLink bool) []node {
	p := inline{src: src, depth: depth, inLink: inLink, absent: map[string]bool{}}
	for p.pos < len(p.src) {
		p.step()
	}
	p.flush()
	return p.out
}

// literal takes n bytes as they are.
func (p *inline) literal(n int) {
	p.text.WriteString(p.src[p.pos : p.pos+n])
	p.pos += n
}

// add puts a node after the text so far and goes on at pos.
func (p *inline) add(n node, pos int) {
	p.flush()
	p.out = append(p.out, n)
	p.pos = pos
}

func (p *inline) flush() {
	if p.text.Len() > 0 {
		p.out = append(p.out, node{kind: kindText, text: p.text.String()})
		p.text.Reset()
	}
}

func (p *inline) step() {
	switch c := p.src[p.pos]; c {
	case '\\':
		p.escape()
	case '\n':
		p.add(node{kind: kindBreak}, p.pos+1)
	case '`':
		p.code()
	case '<':
		p.address()
	case '[':
		p.link()
	case '*', '_', '~':
		p.emphasis()
	default:
		n := strings.IndexAny(p.src[p.pos:], "\\\n`<[*_~")
		if n < 0 {
			n = len(p.src) - p.pos
		}
		p.literal(n)
	}
}

// escape reads a backslash: it takes the meaning from punctuation and from white space.
func (p *inline) escape() {
	if p.pos+1 == len(p.src) {
		p.literal(1)
		return
	}
	switch next := p.src[p.pos+1]; {
	case next == '\n':
		p.add(node{kind: kindBreak}, p.pos+2)
	case escapable(next):
		p.pos++
		p.literal(1)
	default:
		p.literal(1)
	}
}

// escapable says whether a backslash before the character makes it plain text.
func escapable(c byte) bool {
	return c == ' ' || c == '\t' || c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// runAt returns how often the character at i is there in a row.
func runAt(s string, i int) int { return len(s[i:]) - len(strings.TrimLeft(s[i:], s[i:i+1])) }

// code reads a span of code; without an end its signs are text.
func (p *inline) code() {
	n := runAt(p.src, p.pos)
	fence := p.src[p.pos : p.pos+n]
	for i := p.pos + n; !p.absent[fence]; {
		at := strings.IndexByte(p.src[i:], '`')
		if at < 0 {
			p.absent[fence] = true
			break
		}
		i += at
		run := runAt(p.src, i)
		if run == n {
			p.add(node{kind: kindCode, text: codeText(p.src[p.pos+n : i])}, i+n)
			return
		}
		i += run
	}
	p.literal(n)
}

// codeText is what a span of code shows: without the one space at each end that keeps backticks apart.
func codeText(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if len(s) >= 2 && s[0] == ' ' && s[len(s)-1] == ' ' && strings.Trim(s, " ") != "" {
		return s[1 : len(s)-1]
	}
	return s
}

// address reads <https://example.org>.
func (p *inline) address() {
	end := strings.IndexAny(p.src[p.pos+1:min(len(p.src), p.pos+maxURL)], "<> \n")
	if end > 0 && p.src[p.pos+1+end] == '>' && !p.inLink {
		if to := p.src[p.pos+1 : p.pos+1+end]; safeURL(to) {
			p.add(node{kind: kindLink, url: to, kids: []node{{kind: kindText, text: to}}}, p.pos+end+2)
			return
		}
	}
	p.literal(1)
}

// The longest address, and the longest text of a link.
const (
	maxURL      = 2_000
	maxLinkText = 2_000
)

// safeURL says whether a link may lead there: over HTTP or HTTPS, to a host, and without a name before it that looks
// like another host.
func safeURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		!strings.ContainsAny(s, " \t\n\"<>\\`")
}

// link reads [text](https://example.org). One that may lead nowhere is text.
func (p *inline) link() {
	if text, to, end, ok := p.linkParts(); ok && !p.inLink {
		p.add(node{kind: kindLink, url: to, kids: parseSpan(text, p.depth+1, true)}, end)
		return
	}
	p.literal(1)
}

func (p *inline) linkParts() (text, to string, end int, ok bool) {
	if p.pairs == nil {
		p.pairs, p.paren = bracketPairs(p.src), strings.LastIndexByte(p.src, ')')
	}
	i, closed := p.pairs[p.pos]
	if !closed || i-p.pos > maxLinkText || !strings.HasPrefix(p.src[i+1:], "(") || i > p.paren {
		return "", "", 0, false
	}
	text = p.src[p.pos+1 : i]
	start, depth := i+2, 1
	var address strings.Builder
	for i = start; i < len(p.src) && i-start < maxURL; i++ {
		switch c := p.src[i]; c {
		case '\\':
			if i+1 < len(p.src) && escapable(p.src[i+1]) {
				i++
			}
		case ' ', '\n':
			return "", "", 0, false
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			to = address.String()
			return text, to, i + 1, safeURL(to)
		}
		address.WriteByte(p.src[i])
	}
	return "", "", 0, false
}

// bracketPairs returns for each opening bracket where it is closed.
func bracketPairs(s string) map[int]int {
	pairs := map[int]int{}
	var open []int
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			open = append(open, i)
		case ']':
			if n := len(open); n > 0 {
				pairs[open[n-1]] = i
				open = open[:n-1]
			}
		}
	}
	return pairs
}

// emphasis reads *a*, _a_, **a**, __a__ and ~~a~~. Signs without a partner are text.
func (p *inline) emphasis() {
	sign, run := p.src[p.pos], runAt(p.src, p.pos)
	n := min(run, 2)
	if p.depth >= maxDepth || sign == '~' && run != 2 || run > 3 || !p.opens(run) {
		p.literal(run)
		return
	}
	end := p.closing(sign, n)
	if end < 0 {
		p.literal(run)
		return
	}
	k := kindStrong
	switch {
	case sign == '~':
		k = kindStrike
	case n == 1:
		k = kindEm
	}
	p.add(node{kind: k, kids: parseSpan(p.src[p.pos+n:end], p.depth+1, p.inLink)}, end+n)
}

// opens says whether the run of signs at the position can begin something: text follows at once, and for underscores
// no word goes on here.
func (p *inline) opens(run int) bool {
	after := p.pos + run
	if after >= len(p.src) || strings.IndexByte(" \t\n", p.src[after]) >= 0 {
		return false
	}
	return p.src[p.pos] != '_' || p.pos == 0 || !wordByte(p.src[p.pos-1])
}

// closing returns where the n signs are that end what begins at the position, or -1.
func (p *inline) closing(sign byte, n int) int {
	name := strings.Repeat(string(rune(sign)), n)
	if p.absent[name] {
		return -1
	}
	for i := p.pos + runAt(p.src, p.pos); i < len(p.src); {
		switch p.src[i] {
		case '\\':
			i += 2
		case '`':
			i = p.afterCode(i)
		case sign:
			run := runAt(p.src, i)
			if p.closes(i, run, n) {
				return i + run - n
			}
			i += run
		default:
			i++
		}
	}
	p.absent[name] = true
	return -1
}

func (p *inline) closes(i, run, n int) bool {
	if strings.IndexByte(" \t\n", p.src[i-1]) >= 0 && !escapedAt(p.src, i-1) || run < n || n == 1 && run == 2 {
		return false
	}
	return p.src[i] != '_' || i+run == len(p.src) || !wordByte(p.src[i+run])
}

// escapedAt says whether the character at i stands behind a backslash that counts.
func escapedAt(s string, i int) bool { return continued(s[:i]) }

// wordByte says whether a byte belongs to a word, as all beyond ASCII does.
func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// afterCode returns the position behind the span of code at i, or behind its signs where it has no end.
func (p *inline) afterCode(i int) int {
	n := runAt(p.src, i)
	fence := p.src[i : i+n]
	for j := i + n; !p.absent[fence]; {
		at := strings.IndexByte(p.src[j:], '`')
		if at < 0 {
			p.absent[fence] = true
			break
		}
		j += at
		run := runAt(p.src, j)
		if run == n {
			return j + n
		}
		j += run
	}
	return i + n
}
