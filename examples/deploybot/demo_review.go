package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// review looks at everything that there is after the afternoon, and says what
// it found.
func (d *demo) review() error {
	d.out.scene("What there is after this afternoon")
	for _, look := range []func() (string, error){
		d.ranWhatWasAgreed, d.toldOnce, d.logIsWhole, d.strangerGotNothing, d.auditIsWhole, d.nothingElse,
	} {
		found, err := look()
		if err != nil {
			return err
		}
		d.checks++
		d.out.check(found)
	}
	return nil
}

// fromBot returns what the bot wrote that contains all of the texts.
func (d *demo) fromBot(texts ...string) []zuliptest.Message {
	return d.server.MessagesFunc(func(m zuliptest.Message) bool { return d.isBot(m) && containsAll(d.plain(m.Content), texts) })
}

func (d *demo) ranWhatWasAgreed() (string, error) {
	tasks := d.semaphore.Tasks()
	if len(tasks) != 2 || tasks[0].Status != "success" || tasks[1].Status != "error" {
		return "", fmt.Errorf("expected one task that succeeded and one that failed, found %+v", tasks)
	}
	if !strings.Contains(tasks[0].Message, "release 1.4") {
		return "", fmt.Errorf("expected that the task says what was agreed, it says %q", tasks[0].Message)
	}
	return "Semaphore ran what was agreed, once each, and nothing else", nil
}

func (d *demo) toldOnce() (string, error) {
	for topic, text := range map[string]string{prodTopic: "has succeeded", stagingTopic: "has failed"} {
		told := 0
		for _, m := range d.fromBot(text, "@"+d.ada.FullName) {
			if m.Topic == topic {
				told++
			}
		}
		if told != 1 {
			return "", fmt.Errorf("expected that Ada is told once how %s ended, it was %d times", topic, told)
		}
	}
	return "Ada was told once how each of them ended, also across the kill", nil
}

func (d *demo) logIsWhole() (string, error) {
	lines := len(d.semaphore.Log(1))
	if files := d.fromBot("The whole log", fmt.Sprintf("%d lines", lines), ".log"); len(files) != 1 {
		return "", fmt.Errorf("expected one file with all %d lines of the log, found %d", lines, len(files))
	}
	if blocks := d.fromBot("What failed", failedTask); len(blocks) != 1 {
		return "", fmt.Errorf("expected one message that shows the task that failed, found %d", len(blocks))
	}
	return fmt.Sprintf("all %d lines of the long log are in a file, and the task that failed is shown", lines), nil
}

func (d *demo) strangerGotNothing() (string, error) {
	if n := len(d.fromBot("no commands from you")); n != 1 {
		return "", fmt.Errorf("expected one answer to Mallory's three commands, found %d", n)
	}
	return "Mallory was answered once, and nothing ran", nil
}

// auditIsWhole lets the bot end, and checks what it has written.
func (d *demo) auditIsWhole() (string, error) {
	d.bot.retire()
	path := d.bot.settings.auditFile()
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	found, err := chatops.VerifyAudit(file)
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for _, decision := range []chatops.Decision{
		chatops.DecisionAsked, chatops.DecisionConfirmed, chatops.DecisionApproved, chatops.DecisionStarted, chatops.DecisionEnded,
		chatops.DecisionDenied, chatops.DecisionRefused,
	} {
		if !strings.Contains(string(content), `"decision":"`+string(decision)+`"`) {
			return "", fmt.Errorf("expected a decision %q in the audit", decision)
		}
	}
	if strings.Contains(string(content), "please") {
		return "", errors.New("expected that nothing which people wrote is in the audit")
	}
	return fmt.Sprintf("the audit is a whole chain of %d decisions", found.Entries), nil
}

// nothingElse finds a message that the script did not expect, such as one said
// twice.
func (d *demo) nothingElse() (string, error) {
	all := d.server.MessagesFunc(func(zuliptest.Message) bool { return true })
	for _, m := range all {
		if !d.shown[m.ID] {
			return "", fmt.Errorf("expected no message besides those above, found one from %s: %q", m.SenderName, m.Content)
		}
	}
	return fmt.Sprintf("%d messages, each of them shown above", len(all)), nil
}
