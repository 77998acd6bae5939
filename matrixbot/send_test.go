package matrixbot

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// conversation is a room with a person and a bot that sends.
type conversation struct {
	srv      *matrixtest.Server
	ada, bot *matrixtest.User
	room     id.RoomID
	b        *Bot
}

func converse(t *testing.T, f func(t *testing.T, c conversation), options ...matrixtest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, options...)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		f(t, conversation{srv, ada, bot, room, b})
	})
}

// request is that of a message of the person.
func (c conversation) request(text string) *Request {
	return askedBy(c.b, c.room, c.ada.Send(c.room, text), c.ada.ID())
}

// last is the newest message, as JSON.
func (c conversation) last(t *testing.T) string {
	t.Helper()
	all := c.srv.Messages(c.room)
	raw, err := json.Marshal(all[len(all)-1].Content)
	require.NoError(t, err)
	return string(raw)
}

func TestReply(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		r := c.request("!deploy")
		_, err := r.Reply(t.Context(), "**done**, @room and @ada:matrix.example")
		require.NoError(t, err)
		assert.JSONEq(t, `{"msgtype":"m.notice","body":"done, @room and @ada:matrix.example","format":"org.matrix.custom.html",
			"formatted_body":"<strong>done</strong>, @room and @ada:matrix.example","m.mentions":{},
			"m.relates_to":{"m.in_reply_to":{"event_id":"`+string(r.Event)+`"}}}`, c.last(t))

		_, err = r.ReplyText(t.Context(), "**plain** <b>\x1b[2J")
		require.NoError(t, err)
		assert.JSONEq(t, `{"msgtype":"m.notice","body":"**plain** <b>[2J","m.mentions":{},
			"m.relates_to":{"m.in_reply_to":{"event_id":"`+string(r.Event)+`"}}}`, c.last(t))

		_, err = r.Alert(t.Context(), "it is over")
		require.NoError(t, err)
		assert.JSONEq(t, `{"msgtype":"m.text","body":"it is over","m.mentions":{"user_ids":["`+string(c.ada.ID())+`"]},
			"m.relates_to":{"m.in_reply_to":{"event_id":"`+string(r.Event)+`"}}}`, c.last(t))

		_, err = r.ReplyThread(t.Context(), "here")
		require.NoError(t, err)
		assert.JSONEq(t, `{"msgtype":"m.notice","body":"here","m.mentions":{},"m.relates_to":{"rel_type":"m.thread",
			"event_id":"`+string(r.Event)+`","is_falling_back":true,"m.in_reply_to":{"event_id":"`+string(r.Event)+`"}}}`, c.last(t))

		r = askedBy(c.b, c.room, c.ada.Thread(c.room, r.Event, "and?"), c.ada.ID())
		r.Thread = "$thread"
		_, err = r.Reply(t.Context(), "yes")
		require.NoError(t, err)
		assert.JSONEq(t, `{"msgtype":"m.notice","body":"yes","m.mentions":{},"m.relates_to":{"rel_type":"m.thread",
			"event_id":"$thread","m.in_reply_to":{"event_id":"`+string(r.Event)+`"}}}`, c.last(t))
	})
}

// A handler that runs again sends nothing twice, and what it has not sent yet.
func TestReplyAgain(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		r := c.request("!deploy")
		again := *r
		first, err := r.Reply(t.Context(), "started")
		require.NoError(t, err)
		_, err = r.React(t.Context(), "👀")
		require.NoError(t, err)

		same, err := again.Reply(t.Context(), "started")
		require.NoError(t, err)
		assert.Equal(t, first, same)
		_, err = again.React(t.Context(), "👀")
		require.NoError(t, err)
		_, err = again.Reply(t.Context(), "finished")
		require.NoError(t, err)
		assert.Equal(t, []string{"started", "finished"}, texts(notices(c.srv, c.room, c.bot)))
	})
}

// texts leaves out what has no body, such as reactions.
func texts(bodies []string) []string {
	var out []string
	for _, b := range bodies {
		if b != "" {
			out = append(out, b)
		}
	}
	return out
}

func TestEditReactRedact(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		r := c.request("!deploy")
		message, err := r.Reply(t.Context(), "0 %")
		require.NoError(t, err)
		for _, text := range []string{"50 %", "**100 %**"} {
			_, err = r.Edit(t.Context(), message, text)
			require.NoError(t, err)
		}
		assert.JSONEq(t, `{"msgtype":"m.notice","body":"* 100 %","m.mentions":{},
			"m.new_content":{"msgtype":"m.notice","body":"100 %","format":"org.matrix.custom.html","formatted_body":"<strong>100 %</strong>","m.mentions":{}},
			"m.relates_to":{"rel_type":"m.replace","event_id":"`+string(message)+`"}}`, c.last(t))
		shown, ok := c.srv.Shown(c.room, message)
		require.True(t, ok)
		assert.Equal(t, "100 %", shown.Body())

		_, err = r.Edit(t.Context(), message, strings.Repeat("a", 60_000))
		require.ErrorIs(t, err, ErrTooLarge)
		_, err = r.Edit(t.Context(), message, strings.Repeat("a", 30_000))
		require.NoError(t, err)

		reaction, err := r.React(t.Context(), "👍")
		require.NoError(t, err)
		_, err = r.Redact(t.Context(), reaction, "")
		require.NoError(t, err)
		_, err = r.Redact(t.Context(), message, "wrong room")
		require.NoError(t, err)
		gone, ok := c.srv.Shown(c.room, message)
		require.True(t, ok)
		assert.True(t, gone.Redacted)

		r.Reaction = &Reaction{Key: "👍", To: message}
		_, err = r.Reply(t.Context(), "noted")
		require.NoError(t, err)
		assert.Contains(t, c.last(t), string(message), "an answer to a reaction is one to what it is put on")
	})
}

func TestTypingAndRead(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		r := c.request("!deploy")
		require.NoError(t, r.Typing(t.Context(), time.Minute))
		assert.Equal(t, []id.UserID{c.bot.ID()}, c.srv.TypingIn(c.room))
		require.NoError(t, r.Typing(t.Context(), 0))
		assert.Empty(t, c.srv.TypingIn(c.room))
		require.NoError(t, r.MarkRead(t.Context()))
		assert.Equal(t, r.Event, c.srv.ReadBy(c.room, c.bot.ID()))
	})
}

func TestLongText(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for i := range 1_000 {
		lines.WriteString(strings.Repeat("x", i%40) + " <tag> & \"quoted\" line\n")
	}
	for name, c := range map[string]struct {
		markdown string
		parts    int
	}{
		"paragraphs":    {strings.Repeat(strings.Repeat("word ", 300)+"\n\n", 30), 3},
		"one line":      {strings.Repeat("é", 30_000), 2},
		"code":          {"Log:" + CodeBlock(lines.String()), 4},
		"one code span": {"**" + Code(strings.Repeat("a*b*c", 5_000)) + "**", 2},
		"list":          {strings.Repeat("- "+Escape("an *item* of many")+"\n", 1_000), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			converse(t, func(t *testing.T, cv conversation) {
				r := cv.request("!log")
				first, err := r.Reply(t.Context(), c.markdown)
				require.NoError(t, err)
				messages := cv.srv.Messages(cv.room)[1:]
				require.Len(t, messages, c.parts)
				assert.Equal(t, first, messages[0].ID)
				var text strings.Builder
				for i, m := range messages {
					raw, err := json.Marshal(m.Content)
					require.NoError(t, err)
					assert.LessOrEqual(t, len(raw), maxContent)
					assert.Equal(t, i == 0, m.Relation().ReplyTo != "", "only the first part is an answer")
					if html, ok := m.Content["formatted_body"].(string); ok {
						text.WriteString(shown(t, html))
					} else {
						text.WriteString(m.Body())
					}
				}
				want := shown(t, htmlOf(parseMarkdown(c.markdown)))
				assert.Equal(t, strings.ReplaceAll(want, "\n", ""), strings.ReplaceAll(text.String(), "\n", ""), "nothing is lost")
			})
		})
	}
}

// The parts of a text take no key away from other messages.
func TestKeysOfParts(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		_, err := c.b.Send(t.Context(), Message{Room: c.room, Key: "news", Text: strings.Repeat("long ", 12_000)})
		require.NoError(t, err)
		for _, key := range []string{"news.1", "part 1/news"} {
			_, err = c.b.Send(t.Context(), Message{Room: c.room, Key: key, Text: "as " + key})
			require.NoError(t, err)
			said := notices(c.srv, c.room, c.bot)
			assert.Equal(t, "as "+key, said[len(said)-1])
		}
	})
}

func TestOverlongText(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"20,000 lines":    strings.Repeat("a line of a log that somebody wants to see\n", 20_000),
		"1 MB in a line":  strings.Repeat("a", 1<<20),
		"nothing to cut":  strings.Repeat("- \n", 20_000),
		"nothing but <":   strings.Repeat("<", 100_000),
		"nothing but \\n": strings.Repeat("\n", 200_000) + "a",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			converse(t, func(t *testing.T, c conversation) {
				r := c.request("!log")
				_, err := r.Reply(t.Context(), CodeBlock(text))
				require.NoError(t, err)
				m := c.srv.Messages(c.room)[1]
				require.Equal(t, "m.file", m.Content["msgtype"])
				assert.Equal(t, map[string]any{}, m.Content["m.mentions"])
				file, ok := c.srv.Media(m.Content["url"].(string))
				require.True(t, ok)
				assert.Equal(t, text, string(file.Data))
				assert.Equal(t, "message.txt", m.Content["filename"])
			})
		})
	}
}

func TestMessageChecked(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		f := FileOf("a", nil)
		for _, m := range []Message{
			{},
			{Room: c.room, Key: "1"},
			{Room: c.room, Text: "a"},
			{Key: "1", Text: "a"},
			{Room: c.room, Key: "1", Text: "a", Markdown: "b"},
			{Room: c.room, Key: "1", File: &f, Edit: "$1"},
			{Room: c.room, Key: "1", Markdown: " \n\t"},
			{Room: c.room, Key: strings.Repeat("k", 501), Text: "a"},
			{Room: c.room, Key: "1", File: &File{}},
		} {
			_, err := c.b.Send(t.Context(), m)
			require.ErrorIs(t, err, ErrMessage)
		}
	})
}

func TestReplyFile(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		path := filepath.Join(t.TempDir(), "report.txt")
		require.NoError(t, os.WriteFile(path, []byte("all is well"), 0o600))
		f, err := FileFrom(path)
		require.NoError(t, err)
		f.Caption = "The report"
		r := c.request("!report")
		again := *r
		sent, err := r.ReplyFile(t.Context(), f)
		require.NoError(t, err)
		m := c.srv.Messages(c.room)[1]
		assert.Equal(t, "The report", m.Body())
		assert.Equal(t, "report.txt", m.Content["filename"])
		file, ok := c.srv.Media(m.Content["url"].(string))
		require.True(t, ok)
		assert.Equal(t, "all is well", string(file.Data))
		assert.Equal(t, "text/plain; charset=utf-8", file.Mime)
		assert.Equal(t, r.Event, m.Relation().ReplyTo)

		f.Open = func() (io.ReadCloser, error) { return nil, errors.New("it is not opened again") }
		same, err := again.ReplyFile(t.Context(), f)
		require.NoError(t, err)
		assert.Equal(t, sent, same)
	})
}

func TestFileTooLarge(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		r := c.request("!dump")
		_, err := r.ReplyFile(t.Context(), File{Name: "dump", Size: 200 << 20, Open: func() (io.ReadCloser, error) {
			t.Error("it was opened")
			return nil, io.EOF
		}})
		require.ErrorIs(t, err, ErrTooLarge)
		require.ErrorContains(t, err, "209715200 bytes")

		var read int64
		_, err = r.ReplyFile(t.Context(), File{Name: "endless", Size: -1, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(&counted{&read}), nil
		}})
		require.ErrorIs(t, err, ErrTooLarge)
		assert.LessOrEqual(t, read, int64(2<<20), "it is not read for ever")

		begin, gone := time.Now(), errors.New("it is gone")
		_, err = r.ReplyFile(t.Context(), File{Name: "gone", Open: func() (io.ReadCloser, error) { return nil, gone }})
		require.ErrorIs(t, err, gone)
		assert.Zero(t, time.Since(begin), "it is not tried again")

		_, err = r.ReplyFile(t.Context(), File{Name: "broken", Size: -1, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), iotest.ErrReader(gone))), nil
		}})
		require.ErrorIs(t, err, gone)
		assert.Zero(t, time.Since(begin), "nor is one that breaks off")

		_, err = r.ReplyFile(t.Context(), File{Name: "short", Size: 10, Open: FileOf("", []byte("abc")).Open})
		require.Error(t, err)
	}, matrixtest.WithUploadLimit(1<<20))
}

// A homeserver that takes files of any size gets them.
func TestUploadLimitWithoutEnd(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		f := FileOf("a.txt", []byte("abc"))
		f.Size = -1
		_, err := c.request("!file").ReplyFile(t.Context(), f)
		require.NoError(t, err)
	}, matrixtest.WithUploadLimit(math.MaxInt64))
}

// counted is an endless file.
type counted struct{ read *int64 }

func (c *counted) Read(p []byte) (int, error) {
	*c.read += int64(len(p))
	return len(p), nil
}

func TestUploadTrouble(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		c.srv.Fail(matrixtest.Match{Path: "/_matrix/media/v3/upload", Times: 3}, matrixtest.Fault{Status: http.StatusBadGateway})
		c.srv.Fail(matrixtest.Match{Path: "/media/config"}, matrixtest.Fault{CutBody: true})
		opened := 0
		data := bytes.Repeat([]byte("x"), 100_000)
		_, err := c.request("!file").ReplyFile(t.Context(), File{Name: "x", Size: 100_000, Open: func() (io.ReadCloser, error) {
			opened++
			return io.NopCloser(bytes.NewReader(data)), nil
		}})
		require.NoError(t, err)
		assert.Equal(t, 4, opened)
	})
}

func TestDownload(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		data := []byte("some data")
		uri := c.ada.Upload("../../etc/pass\u202ewd", "text/plain", data)
		r := c.request("look")
		r.Raw = &event.Event{Content: event.Content{Parsed: &event.MessageEventContent{
			MsgType: event.MsgFile, Body: "../../etc/pass\u202ewd", URL: id.ContentURIString(uri), Info: &event.FileInfo{Size: 9, MimeType: "text/plain"},
		}}}
		a, ok := r.Attachment()
		require.True(t, ok)
		assert.Equal(t, Attachment{Name: "passwd", Type: "text/plain", Size: 9}, a)
		got, err := r.Download(t.Context(), 9)
		require.NoError(t, err)
		assert.Equal(t, data, got)
		_, err = r.Download(t.Context(), 8)
		require.ErrorIs(t, err, ErrTooLarge)
		got, err = r.Download(t.Context(), math.MaxInt64)
		require.NoError(t, err)
		assert.Equal(t, data, got)
		for _, folder := range []string{".", "..", "a/.."} { // Somebody stores it under its name.
			r.Raw.Content.Parsed.(*event.MessageEventContent).Body = folder
			a, _ = r.Attachment()
			assert.Equal(t, "file", a.Name)
		}

		asked := len(c.srv.Requests())
		for _, address := range []id.ContentURIString{
			"mxc://matrix.example/../../../client/v3/account/whoami", "mxc://../config", "mxc://matrix.example/..", "mxc://matrix.example/", "mxc://a b/c",
			"mxc://matrix.example/a?b", "https://matrix.example/a",
		} {
			r.Raw.Content.Parsed.(*event.MessageEventContent).URL = address
			_, err = r.Download(t.Context(), 9)
			require.ErrorIs(t, err, ErrDamaged, address)
		}
		assert.Len(t, c.srv.Requests(), asked, "the token goes nowhere else")

		r.Raw = nil
		_, ok = r.Attachment()
		assert.False(t, ok)
		_, err = r.Download(t.Context(), 9)
		require.ErrorIs(t, err, ErrMessage)
	})
}

// Files of encrypted rooms: what the homeserver stores is not the file, and what it gives back is checked.
func TestEncryptedFile(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		data := bytes.Repeat([]byte("secret "), 10_000)
		f := FileOf("plan.txt", data)
		content, err := c.b.uploadOnce(t.Context(), &f, 1<<20, true)
		require.NoError(t, err)
		require.Empty(t, content.URL)
		stored, ok := c.srv.Media(string(content.File.URL))
		require.True(t, ok)
		assert.NotContains(t, string(stored.Data), "secret")
		assert.Len(t, stored.Data, len(data))
		assert.Equal(t, "application/octet-stream", stored.Mime)
		assert.Empty(t, stored.Name)

		raw, err := json.Marshal(content)
		require.NoError(t, err)
		var received event.MessageEventContent
		require.NoError(t, json.Unmarshal(raw, &received))
		got, err := c.b.download(t.Context(), &received, 1<<20)
		require.NoError(t, err)
		assert.Equal(t, data, got)

		received.File.Hashes.SHA256 = "AAAA" + received.File.Hashes.SHA256[4:]
		_, err = c.b.download(t.Context(), &received, 1<<20)
		require.ErrorIs(t, err, ErrDamaged)
		received.File.URL = "https://evil.example/x"
		_, err = c.b.download(t.Context(), &received, 1<<20)
		require.ErrorIs(t, err, ErrDamaged)
	})
}

// A homeserver may answer before it has read the file: what still reads it then must not get in the way.
func TestUploadAnsweredEarly(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"content_uri":"mxc://matrix.example/a"}`)
		if flusher, ok := w.(http.Flusher); ok && r.Method == http.MethodPost {
			flusher.Flush()
			_, _ = io.CopyN(io.Discard, r.Body, 10<<20)
		}
	}))
	defer srv.Close()
	b, stop := startSenderAt(t, srv.URL, http.DefaultTransport, matrixtest.Session{UserID: botUser, AccessToken: "token"}, dataFile(t))
	defer stop()
	var read int64
	content, err := b.uploadOnce(t.Context(), &File{Name: "x", Size: 40 << 20, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(&counted{&read}, 40<<20)), nil
	}}, 40<<20, false)
	require.Error(t, err, "%+v", content)
}
