package zulip_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestSchedules plays random days: queues die, the server is restarted, its clock jumps, connections are cut, events
// are poisonous, handlers are slow or fail, and the program is killed between any two steps. Whatever happens, each
// message is handled exactly once, and those of one conversation in their order.
//
// SIGNALBOX_SCHEDULES is how many days are played, SIGNALBOX_SEED plays one of them again. A day that ends badly is
// told.
func TestSchedules(t *testing.T) {
	t.Parallel()
	if text := os.Getenv("SIGNALBOX_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
		playSchedule(t, seed)
		return
	}
	count := uint64(1000)
	if testing.Short() || raceEnabled {
		count = 100
		t.Logf("%d schedules only, because of -short or -race", count)
	}
	if text := os.Getenv("SIGNALBOX_SCHEDULES"); text != "" {
		var err error
		count, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	var next atomic.Uint64
	for worker := range 4 {
		t.Run(fmt.Sprint("part ", worker), func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1) - 1; seed < count && !t.Failed(); seed = next.Add(1) - 1 {
				playSchedule(t, seed)
			}
		})
	}
}

// unlimited is a number of steps that no life makes.
const unlimited = 1 << 30

func playSchedule(t *testing.T, seed uint64) (story []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSchedule(t, seed)
		s.play(t)
		if wrong := s.verdict(); wrong != "" {
			t.Errorf("seed %d: %s\nplay it again: SIGNALBOX_SEED=%d go test -run TestSchedules ./zulip\n%s", seed, wrong, seed, strings.Join(s.story, "\n"))
		}
		story = s.story
	})
	return story
}

// TestSchedulesPlayAgain shows that a seed is all there is to a day: whenever it is played, the same things happen at
// the same moments. What is left to chance is who comes first of those whom the end of the program wakes at one moment,
// which hardly a day in a thousand shows; so one of these may.
func TestSchedulesPlayAgain(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("the race detector shuffles goroutines")
	}
	var different []string
	for seed := range uint64(20) {
		first := playSchedule(t, seed)
		for range 2 {
			if where := firstDifference(first, playSchedule(t, seed)); where != "" {
				different = append(different, fmt.Sprintf("seed %d: %s", seed, where))
				break
			}
		}
	}
	require.LessOrEqual(t, len(different), 1, "%s", strings.Join(different, "\n"))
}

// firstDifference is where two stories part; empty where they are the same.
func firstDifference(a, b []string) string {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			begin := max(0, i-3)
			return fmt.Sprintf("%q or %q", a[begin:min(i+1, len(a))], b[begin:min(i+1, len(b))])
		}
	}
	return ""
}

// schedule is one random day.
type schedule struct {
	h         *house
	elsewhere *zuliptest.Channel
	speakers  [6]*zuliptest.User
	world     *rand.Rand // chooses what happens around the program
	lives     *rand.Rand // chooses what becomes of the program
	offset    atomic.Int64
	asBot     bool
	workers   int
	request   zulip.ListenRequest
	journal   journal

	telling sync.Mutex
	story   []string

	sent []zulip.MessageID
	of   map[zulip.MessageID]string // the conversation
}

func newSchedule(t *testing.T, seed uint64) *schedule {
	s := &schedule{
		world: rand.New(rand.NewPCG(seed, 1)), lives: rand.New(rand.NewPCG(seed, 2)),
		of: map[zulip.MessageID]string{},
	}
	s.h = newHouse(t, zuliptest.WithNow(func() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }))
	s.elsewhere = s.h.server.AddChannel("elsewhere", s.h.alice)
	s.speakers = [6]*zuliptest.User{s.h.alice, s.h.bob}
	for i, name := range []string{"Carol", "Dora", "Emil", "Fred"} {
		s.speakers[2+i] = s.h.server.AddUser(zuliptest.User{FullName: name})
	}
	s.asBot, s.workers = s.world.IntN(2) == 0, 1+s.world.IntN(4)
	s.request = zulip.ListenRequest{IdleTimeout: 10 * time.Minute, AllPublicChannels: s.world.IntN(3) == 0}
	if s.world.IntN(2) == 0 {
		s.request.EventTypes = onlyMessages
	}
	return s
}

// note remembers what happened, to be told if it ends badly. Every day begins at the same time in a bubble.
func (s *schedule) note(format string, args ...any) {
	line := time.Now().UTC().Format("15:04:05.000000000 ") + fmt.Sprintf(format, args...)
	s.telling.Lock()
	defer s.telling.Unlock()
	s.story = append(s.story, line)
}

func (s *schedule) play(t *testing.T) {
	s.live(t, unlimited, time.Minute) // the first start settles where the present begins
	require.NotEmpty(t, s.journal.state.QueueID)
	var around sync.WaitGroup
	over := make(chan struct{})
	around.Go(func() {
		defer close(over)
		for range 15 + s.world.IntN(25) {
			time.Sleep(s.pause())
			s.happen()
			synctest.Wait() // what comes of it comes before the next thing, so that the day can be played again
		}
	})
	for running := true; running; {
		steps := unlimited
		if s.lives.IntN(3) > 0 {
			steps = 1 + s.lives.IntN(40)
		}
		s.live(t, steps, time.Duration(s.lives.IntN(300))*time.Second)
		if s.lives.IntN(4) == 0 {
			time.Sleep(time.Duration(s.lives.IntN(20)) * time.Minute)
		}
		select {
		case <-over:
			running = false
		default:
		}
	}
	around.Wait()
	s.note("the last life")
	for range 40 {
		if s.live(t, unlimited, 3*time.Minute); len(s.journal.handled) >= len(s.sent) {
			break // a life that a handler ended may not have done all
		}
	}
}

func (s *schedule) pause() time.Duration {
	return time.Duration(s.world.IntN(1+s.world.IntN(40_000))) * time.Millisecond
}

// happen lets one thing happen around the program.
func (s *schedule) happen() {
	server := s.h.server
	switch choice := s.world.IntN(20); choice {
	case 0, 1:
		s.note("queues expire")
		server.ExpireQueues()
	case 2:
		s.note("the server restarts")
		server.RestartServer()
	case 3:
		s.offset.Store(int64(s.world.IntN(1000)-500) * int64(time.Hour))
		s.note("the clock jumps")
	case 4, 5, 6:
		poison := poisons[s.world.IntN(len(poisons))]
		s.note("poison: %.60s", poison)
		server.PushRawEvent(s.h.bot, poison)
	case 7, 8, 9, 10:
		plan := zuliptest.Match{Path: []string{"", "/events", "/events", "/messages", "/register", "/users/*"}[s.world.IntN(6)], User: s.h.bot}
		plan.Skip, plan.Times = s.world.IntN(3), 1+s.world.IntN(4)
		fault := troubles[s.world.IntN(len(troubles))]
		s.note("trouble: %s after %d, %d times: %+v", plan.Path, plan.Skip, plan.Times, fault)
		server.Fail(plan, fault)
	default:
		for range 1 + s.world.IntN(4) {
			s.speak()
			synctest.Wait()
		}
	}
}

// address begins what is meant for the program.
const address = "@**Porter** "

func (s *schedule) speak() {
	text := address + fmt.Sprint(len(s.sent))
	server, conversation := s.h.server, s.world.IntN(6)
	var m zuliptest.Message
	speaker := s.speakers[conversation] // of no other conversation, or two questions about one person would be alike
	switch conversation {
	case 0, 1, 2:
		m = server.SendDirect(speaker, text, s.h.bot)
	case 3:
		m = server.SendDirect(speaker, text, s.h.bot, s.h.alice)
	case 4:
		m = server.SendToChannel(speaker, s.h.channel, "tea", text)
	case 5:
		m = server.SendToChannel(speaker, s.elsewhere, "tea", text)
	}
	s.note("message %d", m.ID)
	id := zulip.MessageID(m.ID)
	s.sent = append(s.sent, id)
	s.of[id] = fmt.Sprint(m.To, m.ChannelID)
}

// verdict is what went wrong; empty when nothing did.
func (s *schedule) verdict() string {
	times, last := map[zulip.MessageID]int{}, map[string]zulip.MessageID{}
	for _, id := range s.journal.handled {
		times[id]++
		conversation := s.of[id]
		if last[conversation] >= id {
			return fmt.Sprintf("message %d was handled after %d of its conversation", id, last[conversation])
		}
		last[conversation] = id
	}
	for _, id := range s.sent {
		if times[id] != 1 {
			return fmt.Sprintf("message %d was handled %d times", id, times[id])
		}
	}
	if len(times) != len(s.sent) {
		return "something was handled that nobody wrote"
	}
	return ""
}

// live runs the program once: until it has made so many steps, or for d, or until a handler ends it.
func (s *schedule) live(t *testing.T, steps int, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	life := &life{schedule: s, process: &process{left: steps, kill: cancel}, seed: s.lives.Uint64()}
	luck := s.lives.Float64() // the same for all waits of a life: their order is not for us to say
	c := s.h.client(t, zulip.WithTransport(life.requestsApart(life.process.through(life.requestsApart(s.h.server.Transport())))),
		zulip.WithJitter(func() float64 { return luck }), zulip.WithLogger(slog.New(logApart{life: life})))
	s.note("born, %d steps, %v", steps, d)
	var err error
	if s.asBot {
		err = life.asBot(ctx, t, c)
	} else {
		err = life.asLoop(ctx, c)
	}
	s.note("dead: %v", err)
}

// journal is what the program keeps on its disk: the state and the effects of its handlers, in one transaction.
type journal struct {
	mu      sync.Mutex
	state   zulip.QueueState
	handled []zulip.MessageID
}

// life is one run of the program. Effects wait in it for the save that says that their message is handled.
type life struct {
	*schedule
	process *process
	seed    uint64
	pending []zulip.MessageID // guarded by journal.mu
}

// Which of two goroutines comes first at one moment is not in the seed. So no two may do anything at one moment: each
// waits a little before what others could see, for a time that depends on the seed, the moment and what it is about.
func (l *life) apart(about ...any) {
	sum := fnv.New64a()
	_, _ = fmt.Fprint(sum, l.seed, time.Now().UnixNano(), about)
	time.Sleep(1 + time.Duration(rand.New(rand.NewPCG(sum.Sum64(), 3)).Int64N(int64(50*time.Millisecond))))
}

// requestsApart keeps requests apart, and what comes of their answers. Those that waited for their turn together differ
// in whom they are about.
func (l *life) requestsApart(rt http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		about := r.URL.Path
		if r.GetBody != nil {
			if body, err := r.GetBody(); err == nil {
				form, _ := io.ReadAll(body)
				values, _ := url.ParseQuery(string(form))
				about += values.Get("to") + values.Get("topic")
			}
		}
		l.apart(about)
		defer l.apart(about)
		return rt.RoundTrip(r)
	})
}

// logApart keeps apart the goroutines that begin with a message, and those that end with one because the program does:
// a bot has a logger that names the message.
type logApart struct {
	life    *life
	message int64
}

func (logApart) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (h logApart) WithGroup(string) slog.Handler                  { return h }

func (h logApart) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, attr := range attrs {
		if attr.Key == "message_id" {
			h.message = attr.Value.Int64()
			h.life.apart(h.message)
		}
	}
	return h
}

func (h logApart) Handle(context.Context, slog.Record) error {
	if h.message != 0 {
		h.life.apart(h.message)
	}
	return nil
}

func (l *life) LoadQueue(context.Context) (zulip.QueueState, error) {
	if !l.process.step() {
		return zulip.QueueState{}, errKilled
	}
	l.journal.mu.Lock()
	defer l.journal.mu.Unlock()
	return l.journal.state, nil
}

func (l *life) SaveQueue(_ context.Context, state zulip.QueueState) error {
	if !l.process.step() {
		return errKilled
	}
	l.journal.mu.Lock()
	var wait []zulip.MessageID
	for _, id := range l.pending {
		if state.Handled(id) {
			l.journal.handled = append(l.journal.handled, id)
		} else {
			wait = append(wait, id)
		}
	}
	l.pending, l.journal.state = wait, state
	l.note("saved: event %d, messages %v", state.LastEventID, state.Recent)
	l.journal.mu.Unlock()
	if !l.process.step() {
		return errKilled
	}
	return nil
}

var errHandler = errors.New("the handler fails")

// handle takes its time, has its effect, and may fail after it.
func (l *life) handle(ctx context.Context, id zulip.MessageID) error {
	chance := rand.New(rand.NewPCG(l.seed, uint64(id)))
	if chance.IntN(4) == 0 {
		select {
		case <-time.After(time.Duration(chance.IntN(30_000)) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.apart(id)
	l.note("handled: %d", id)
	l.journal.mu.Lock()
	l.pending = append(l.pending, id)
	l.journal.mu.Unlock()
	if chance.IntN(10) == 0 {
		return errHandler
	}
	return nil
}

// asLoop leaves the loop when the handler fails: the message is not handled then, whatever the handler did.
func (l *life) asLoop(ctx context.Context, c *zulip.Client) error {
	request := l.request
	request.Store = l
	for event, err := range c.Events(ctx, request) {
		if err != nil {
			return err
		}
		if event.Message == nil || !strings.HasPrefix(event.Message.Content, address) {
			continue
		}
		if err := l.handle(ctx, event.Message.ID); err != nil {
			return err
		}
	}
	return nil
}

// asBot goes on when the handler fails: the message is handled then, with an error.
func (l *life) asBot(ctx context.Context, t *testing.T, c *zulip.Client) error {
	handler := func(ctx context.Context, _ *zulip.Bot, m zulip.Message) error { return l.handle(ctx, m.ID) }
	bot, err := zulip.NewBot(c, handler, zulip.WithQueueStore(l), zulip.WithWorkers(l.workers), zulip.WithHandlerTimeout(time.Hour))
	require.NoError(t, err)
	return bot.Run(ctx)
}

// troubles are what can become of a request.
var troubles = []zuliptest.Fault{
	{Status: 502},
	{Status: 500, Body: `{"result":"error","msg":"Internal server error","code":"INTERNAL"}`},
	{Status: 429, RetryAfter: 3500 * time.Millisecond},
	{Status: 200, Body: "<html>a portal</html>"},
	{CutBefore: true},
	{CutAfter: true},
	{CutBody: true},
	{Malformed: true},
	{Delay: 20 * time.Second},
	{Delay: 3 * time.Minute},
}

// poisons are events that no server should send, or that are newer than this package.
var poisons = []string{
	`{"type":"teleport","where":{"planet":"Mars"}}`,
	`{"type":"message"}`,
	`{"type":"message","message":null,"flags":null}`,
	`{"type":"message","message":{"id":"not a number"}}`,
	`{"type":"message","message":{"id":99999999999999999999}}`,
	`{"type":7,"op":{}}`,
	`{"no":"type"}`,
	`{"type":"reaction","op":"celebrate","emoji_name":"x","emoji_code":"y","reaction_type":"hologram","message_id":5,"user_id":6}`,
	`{"type":"update_message","message_ids":"all","subject":7}`,
	`{"type":"subscription","op":"add","subscriptions":{"a":1}}`,
	`{"type":"restart","zulip_feature_level":"new"}`,
	`{"type":"restart","zulip_feature_level":500,"zulip_version":"13.0","server_generation":1,"surprise":[[[]]]}`,
	`{"type":"heartbeat","tone":"loud"}`,
	`{"type":"realm_user","op":"update","person":[1,2]}`,
	`{"type":"typing","sender":"nobody"}`,
	`{"type":"presence","presence":3,"presences":{"a":{}}}`,
	`{"type":"user_topic","visibility_policy":77,"stream_id":-1}`,
	`{"type":"user_group","op":"explode","group_id":{}}`,
}
