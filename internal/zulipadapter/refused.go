package zulipadapter

import (
	"errors"

	"github.com/signalbox-go/signalbox/zulip"
)

// Refused reports whether Zulip will not take a message later either. Only Zulip's own word counts: an answer without a
// code is from something in front of it.
func Refused(err error) bool {
	if errors.Is(err, zulip.ErrMessageTooLong) || errors.Is(err, zulip.ErrTopicTooLong) {
		return true
	}
	api, ok := errors.AsType[*zulip.APIError](err)
	return ok && api.Status/100 == 4 && !api.Temporary() && !errors.Is(api, zulip.ErrUnauthorized)
}
