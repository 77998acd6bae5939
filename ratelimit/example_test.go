package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/signalbox-go/signalbox/ratelimit"
)

func ExampleKeyed() {
	// Two commands at once, then one every ten seconds, for at most 10,000 people.
	commands, err := ratelimit.NewKeyed[string](rate.Every(10*time.Second), 2, 10_000)
	if err != nil {
		panic(err)
	}
	for range 5 {
		switch d := commands.Allow("ada"); {
		case d.Allowed:
			fmt.Println("run the command")
		case d.First:
			fmt.Println("not so fast, try again in", d.RetryAfter.Round(time.Second))
		default: // The notice was given.
		}
	}
	// Output:
	// run the command
	// run the command
	// not so fast, try again in 10s
}

// The transport learns the limit from the answers and keeps to it. A request
// that cannot have its turn in time fails before it is sent.
func ExampleTransport() {
	server := roundTripper(func(*http.Request) (*http.Response, error) {
		return answer(http.StatusTooManyRequests, "Retry-After", "28.7"), nil
	})
	transport, err := ratelimit.NewTransport(server)
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	for range 2 {
		resp, err := client.Get("https://chat.example.org/api/v1/messages")
		if wait, ok := errors.AsType[*ratelimit.WaitError](err); ok {
			fmt.Println("wait", wait.Wait.Round(time.Second), errors.Is(err, context.DeadlineExceeded))
			continue
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(resp.Status, resp.Body.Close())
	}
	// Output:
	// 429 Too Many Requests <nil>
	// wait 29s true
}

func ExampleWithLimit() {
	// Known beforehand: no request has to go alone to find out.
	transport, err := ratelimit.NewTransport(nil, ratelimit.WithLimit(200, time.Minute))
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: transport}
	client.CloseIdleConnections()
	// Output:
}
