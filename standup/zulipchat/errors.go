package zulipchat

import (
	"errors"
	"fmt"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// failure is the error of sending or editing in the terms of [standup.Chat]: what was refused for good, what surely
// did not happen, and everything else, which may have happened.
func failure(op string, err error) error {
	switch {
	case errors.Is(err, standup.ErrUndeliverable):
	case zulipadapter.Refused(err):
		return fmt.Errorf("zulipchat: %s: %w: %w", op, standup.ErrUndeliverable, err)
	case zulip.NotSent(err): // A key that is not accepted belongs here too: it is no fault of the message.
		return fmt.Errorf("zulipchat: %s: %w: %w", op, standup.ErrNotSent, err)
	}
	return fmt.Errorf("zulipchat: %s: %w", op, err)
}
