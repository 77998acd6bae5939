package commandline

import (
	"html"
	"strings"
	"unicode"
)

// Table is text in rows and columns, for chats that show tables and for those that do not. Cells are text, never markup,
// and take one line: line breaks in them become blanks, control characters and marks that turn the direction of text
// are left out. Without rows it is the empty string in every form.
type Table struct {
	Head []string
	Rows [][]string
}

// Plain returns the rows as lines, the cells of a row separated by a dash, without the head: columns do not line up in
// the letters of a chat anyway.
func (t Table) Plain() string {
	lines := make([]string, 0, len(t.Rows))
	for _, row := range t.Rows {
		var cells []string
		for _, cell := range row {
			if cell = oneLine(cell); cell != "" {
				cells = append(cells, cell)
			}
		}
		lines = append(lines, strings.Join(cells, " – "))
	}
	return strings.Join(lines, "\n")
}

// HTML returns the table with the elements that Matrix allows. The first column is code.
func (t Table) HTML() string {
	if len(t.Rows) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<table><thead><tr>")
	for _, cell := range t.Head {
		b.WriteString("<th>" + html.EscapeString(oneLine(cell)) + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, row := range t.Rows {
		b.WriteString("<tr>")
		for i, cell := range row {
			text := html.EscapeString(oneLine(cell))
			if i == 0 {
				text = "<code>" + text + "</code>"
			}
			b.WriteString("<td>" + text + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// oneLine makes text fit for a cell.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(text, "�"))
	return strings.Join(strings.Fields(text), " ")
}
