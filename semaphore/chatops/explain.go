package chatops

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// errChat marks an error of the chat, which is not one of Semaphore, whatever else it is.
var errChat = errors.New("the chat has failed")

// explain says to people in the chat what an error means and that the log has more under id. It shows no address, no path
// and nothing that Semaphore itself wrote, which may hold anything.
func explain(err error, id string) string {
	return meaning(err) + " The log of the bot has more under " + id + "."
}

// meaning is the sentence for an error; the first one that fits counts.
func meaning(err error) string {
	if argument, ok := errors.AsType[*semaphore.ArgumentError](err); ok {
		return "That cannot be: " + clean(argument.Name+" "+argument.Problem, 300) + "."
	}
	api, answered := errors.AsType[*semaphore.APIError](err)
	switch {
	case answered && api.RetryAfter > 0:
		return fmt.Sprintf("Semaphore asks to wait for %s.", max(time.Second, api.RetryAfter.Round(time.Second)))
	case answered && api.Since != "":
		return "This Semaphore cannot do that: it takes version " + clean(api.Since, 20) + "."
	}
	for _, m := range []struct {
		kind error
		says string
	}{
		{semaphore.ErrTooLarge, "Semaphore's answer is larger than what I take."},
		{semaphore.ErrWrongURL, "What answers in place of Semaphore is something else: who runs me should check the address."},
		{semaphore.ErrForbidden, "Semaphore does not let me do that: who runs me can give my user there another role."},
		{semaphore.ErrUnauthorized, "Semaphore does not accept my token: who runs me has to renew it."},
		{semaphore.ErrUnsupported, "This Semaphore cannot do that."},
		{semaphore.ErrRateLimited, "Semaphore asks to wait. Please try again in a minute."},
		{semaphore.ErrTaskEnded, "The task has ended already."},
		{semaphore.ErrWaitTimeout, "The task did not end in time."},
		{semaphore.ErrInUse, "Something else in Semaphore still uses that."},
		{semaphore.ErrConflict, "Semaphore has that already."},
		{semaphore.ErrNotFound, "Semaphore does not have that, or does not show it to me."},
		{semaphore.ErrInvalid, "Semaphore refuses that."},
		{context.DeadlineExceeded, "That took too long. If it was to change something, look whether it has before you try again."},
		{ErrUnsupported, "This chat has no such thing."},
		{ErrUndeliverable, "The chat refuses that."},
		{ErrNotSent, "The chat could not be reached."},
		{errChat, "The chat could not do that."},
		{io.EOF, "The connection to Semaphore broke off."},
		{io.ErrUnexpectedEOF, "The connection to Semaphore broke off."},
	} {
		if errors.Is(err, m.kind) {
			return m.says
		}
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "Semaphore's certificate is not one that I trust: who runs me should look at it."
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return "Semaphore cannot be reached."
	}
	if _, ok := errors.AsType[*semaphore.MalformedError](err); ok || answered {
		return "Semaphore is in trouble and could not answer."
	}
	return "Something went wrong."
}
