package zulip

import (
	"errors"
	"fmt"
	"strings"
)

// Buttons are choices below a message. A click has the person's client send [Button.Reply] as a message of that
// person in the same conversation; the bot reads it like any other. Only the web and desktop clients show buttons, all
// others the content of the message.
type Buttons struct {
	// Heading is plain text above the buttons.
	Heading string
	Choices []Button
}

// Button is one choice. All fields are plain text and needed.
type Button struct {
	// ShortName is what the button shows.
	ShortName string `json:"short_name"`
	// LongName says beside it what it is for.
	LongName string `json:"long_name"`
	// Reply is what a click sends.
	Reply string `json:"reply"`
}

// Text says the same for clients without buttons. It is the content of a message that has none of its own.
func (b Buttons) Text() string {
	var text strings.Builder
	text.WriteString(EscapeText(blanks(b.Heading)))
	text.WriteString("\n")
	for _, choice := range b.Choices {
		fmt.Fprintf(&text, "\n* %s: %s. Answer %s", EscapeText(blanks(choice.ShortName)), EscapeText(blanks(choice.LongName)), inlineCode(choice.Reply))
	}
	return text.String()
}

// content is what the message says to clients without buttons.
func (req SendMessageRequest) content() string {
	if req.Content == "" && req.Buttons != nil {
		return req.Buttons.Text()
	}
	return req.Content
}

// check finds what the server would refuse.
func (b Buttons) check() error {
	if len(b.Choices) == 0 {
		return errors.New("the buttons have no choices")
	}
	for i, choice := range b.Choices {
		if choice.ShortName == "" || choice.LongName == "" || strings.TrimSpace(choice.Reply) == "" {
			return fmt.Errorf("button %d needs a short name, a long name and a reply", i+1)
		}
	}
	return nil
}

// buttonsWidget is the form of the API, which calls it zform.
type buttonsWidget struct {
	Type  string       `json:"widget_type"`
	Extra buttonsExtra `json:"extra_data"`
}

type buttonsExtra struct {
	Type    string   `json:"type"`
	Heading string   `json:"heading"`
	Choices []Button `json:"choices"`
}

func (b Buttons) widget() buttonsWidget {
	return buttonsWidget{Type: "zform", Extra: buttonsExtra{Type: "choices", Heading: b.Heading, Choices: b.Choices}}
}

// inlineCode shows a text as it is, between more backticks than it has in a row.
func inlineCode(text string) string {
	text = blanks(text)
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}
