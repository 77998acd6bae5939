package zuliptest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// post is the program under test in these examples: it sends one direct message.
func post(srv *zuliptest.Server, bot *zuliptest.User, to, content string) (int, error) {
	form := url.Values{"type": {"direct"}, "to": {to}, "content": {content}}
	r, err := http.NewRequest(http.MethodPost, srv.URL()+"/api/v1/messages", strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(bot.Email, bot.APIKey)
	resp, err := srv.Client().Do(r)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// A person answers whatever the bot writes; the test waits for the answer.
func Example() {
	srv := zuliptest.New()
	defer srv.Close()
	ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron", Timezone: "Europe/London"})
	bot := srv.AddBot("Standup Bot", "standup-bot@zulip.example")
	srv.OnMessage(func(m zuliptest.Message) {
		if m.SenderID == bot.ID {
			srv.SendDirect(ada, "the engine", bot)
		}
	})

	_, err := post(srv, bot, `["ada.byron@zulip.example"]`, "What are you working on?")
	if err != nil {
		fmt.Println(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	answer, err := srv.WaitForMessage(ctx, func(m zuliptest.Message) bool { return m.SenderID == ada.ID })
	fmt.Println(answer.SenderName+":", answer.Content, err)
	// Output: Ada Byron: the engine <nil>
}

// The second message is refused, as when a bot writes too fast.
func ExampleServer_Fail() {
	srv := zuliptest.New()
	defer srv.Close()
	srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
	bot := srv.AddBot("Standup Bot", "")
	srv.Fail(
		zuliptest.Match{Method: "POST", Path: "/messages", Skip: 1},
		zuliptest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1500 * time.Millisecond},
	)
	for range 3 {
		status, err := post(srv, bot, "[101]", "hello")
		fmt.Println(status, err)
	}
	fmt.Println(len(srv.Messages()), "messages")
	// Output:
	// 200 <nil>
	// 429 <nil>
	// 200 <nil>
	// 2 messages
}

// Requests tells what a program asked for.
func ExampleServer_Requests() {
	srv := zuliptest.New()
	defer srv.Close()
	bot := srv.AddBot("Standup Bot", "")
	_, err := post(srv, bot, "[999]", "hello")
	for _, r := range srv.Requests() {
		fmt.Println(r.Method, r.Path, r.Params.Get("to"), r.Status, r.Code, err)
	}
	// Output: POST /messages [999] 400 BAD_REQUEST <nil>
}
