package main

import (
	"errors"
	"fmt"
	"os"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// readMessages reads what a bot with a personality says. An empty path is that
// of one without.
func readMessages(path string) (chatops.Messages, error) {
	if path == "" {
		return chatops.Messages{}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return chatops.Messages{}, fmt.Errorf("messages (DEPLOY_MESSAGES): %w", err)
	}
	defer file.Close()
	var said struct {
		Greetings []string `yaml:"greetings"`
		Start     []string `yaml:"start"`
		Success   []string `yaml:"success"`
		Failure   []string `yaml:"failure"`
		Ping      []string `yaml:"ping"`
		Pet       []string `yaml:"pet"`
		Scold     []string `yaml:"scold"`
	}
	if err := decodeFile(path, file, &said); err != nil {
		return chatops.Messages{}, err
	}
	m := chatops.Messages(said)
	var wrong []error
	for _, list := range [][]string{m.Greetings, m.Start, m.Success, m.Failure, m.Ping, m.Pet, m.Scold} {
		for _, text := range list {
			if n := utf8.RuneCountInString(text); n == 0 || n > longestMessage {
				wrong = append(wrong, fmt.Errorf("%s: a message has %d characters, not 1 to %d", path, n, longestMessage))
			}
		}
	}
	return m, errors.Join(wrong...)
}

const longestMessage = 500
