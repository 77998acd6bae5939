package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/ratelimit"
)

func TestTransportKeepsTheLimitThatItLearns(t *testing.T) {
	t.Parallel()
	for _, atATime := range []int{1, 8, 64} {
		for _, latency := range []time.Duration{0, 40 * time.Millisecond, 900 * time.Millisecond} {
			t.Run(fmt.Sprintf("%d at a time, latency %v", atATime, latency), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(123456789 * time.Nanosecond) // seconds do not begin when the test does
					s := &server{limit: 200, per: time.Minute, latency: latency, skew: -7 * time.Hour}
					took := sendAll(t, newTransport(t, s), 1000, atATime)
					accepted, rejected := s.count()
					assert.Equal(t, 1000, accepted)
					assert.LessOrEqual(t, rejected, 1, "to settle how Reset is rounded")
					// The last window is as long as its requests need; with few at a time that is all that counts.
					oneByOne := latency / time.Duration(atATime)
					ideal := max(s.ideal(1000)+200*oneByOne, 1000*oneByOne)
					assert.Less(t, took.Seconds(), 1.05*ideal.Seconds())
				})
			})
		}
	}
}

func TestTransportWaitsExactly(t *testing.T) {
	t.Parallel()
	for _, atATime := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{limit: 50, per: 2 * time.Second}
			took := sendAll(t, newTransport(t, s), 200, atATime)
			assert.Equal(t, 3*(2*time.Second+10*time.Millisecond), took, "three windows and the slack of each")
			_, rejected := s.count()
			assert.Zero(t, rejected)
		})
	}
}

func TestTransportFindsOutHowResetIsRounded(t *testing.T) {
	t.Parallel()
	for _, atATime := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{limit: 50, per: 2 * time.Second, roundUp: true}
			took := sendAll(t, newTransport(t, s), 200, atATime)
			_, rejected := s.count()
			assert.Zero(t, rejected)
			assert.LessOrEqual(t, took, 6100*time.Millisecond, "a window a second too long would need 9 s")
		})
	}
	synctest.Test(t, func(t *testing.T) { // The doubt is settled the other way, by one refusal.
		s := &server{limit: 50, per: 2 * time.Second, latency: 40 * time.Millisecond}
		time.Sleep(970 * time.Millisecond) // The first answers are written in the next second.
		took := sendAll(t, newTransport(t, s), 400, 8)
		_, rejected := s.count()
		assert.Equal(t, 1, rejected)
		assert.Less(t, took, 15*time.Second)
	})
}

func TestTransportDoesNotPaceWithoutReason(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := newTransport(t, roundTripper(func(*http.Request) (*http.Response, error) {
			time.Sleep(500 * time.Millisecond)
			return answer(http.StatusOK), nil
		}))
		begin := time.Now()
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() { assert.NoError(t, get(t.Context(), transport)) })
		}
		all.Wait()
		assert.Equal(t, time.Second, time.Since(begin), "the first one, then all others together")
	})
}

func TestTransportDoesNotWaitLongForTheFirstAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		poll := true
		transport := newTransport(t, roundTripper(func(*http.Request) (*http.Response, error) {
			if poll {
				poll = false
				time.Sleep(time.Minute)
			}
			return answer(http.StatusOK), nil
		}))
		var all sync.WaitGroup
		all.Go(func() { assert.NoError(t, get(t.Context(), transport)) })
		synctest.Wait()
		begin := time.Now()
		require.NoError(t, get(t.Context(), transport))
		assert.Equal(t, time.Second, time.Since(begin))
		all.Wait()
	})
}

func TestTransportClosesTheBodyOfWhatItDoesNotSend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := newTransport(t, roundTripper(func(*http.Request) (*http.Response, error) {
			return answer(http.StatusTooManyRequests, "Retry-After", "60"), nil
		}))
		require.NoError(t, get(t.Context(), transport))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		b := &body{}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://chat.example.org/", b)
		require.NoError(t, err)
		_, err = transport.RoundTrip(req) //nolint:bodyclose // There is no response.
		wait, ok := errors.AsType[*ratelimit.WaitError](err)
		require.True(t, ok)
		assert.Equal(t, ratelimit.WaitError{Wait: time.Minute + 10*time.Millisecond, Left: time.Second}, *wait)
		assert.True(t, b.closed)
	})
}

func TestTransportClosesIdleConnections(t *testing.T) {
	t.Parallel()
	base := &idle{}
	(&http.Client{Transport: newTransport(t, base)}).CloseIdleConnections()
	assert.True(t, base.closed)
	newTransport(t, roundTripper(nil)).CloseIdleConnections() // Has none.
}

type body struct{ closed bool }

func (*body) Read([]byte) (int, error) { return 0, io.EOF }
func (b *body) Close() error           { b.closed = true; return nil }

type idle struct {
	http.RoundTripper
	closed bool
}

func (i *idle) CloseIdleConnections() { i.closed = true }

func TestTransportObeysRetryAfterWithoutOtherHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{limit: 50, per: 2 * time.Second, quiet: true}
		took := sendAll(t, newTransport(t, s), 200, 1)
		assert.Equal(t, 3*(2*time.Second+10*time.Millisecond), took)
		_, rejected := s.count()
		assert.Equal(t, 3, rejected, "one in each window, whose answer names the time")
	})
}

func TestTransportWithLimitNeedsNoHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{limit: 50, per: 2 * time.Second, quiet: true}
		took := sendAll(t, newTransport(t, s, ratelimit.WithLimit(50, 2*time.Second)), 200, 100)
		assert.Equal(t, 3*(2*time.Second+10*time.Millisecond), took)
		_, rejected := s.count()
		assert.Zero(t, rejected)
	})
}

func TestTransportSharesTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// Somebody else sends two requests a second all the time: 120 of the 200 are taken.
		s := &server{limit: 200, per: time.Minute, latency: 20 * time.Millisecond}
		stop := make(chan struct{})
		var other sync.WaitGroup
		other.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(500 * time.Millisecond):
					_ = s.take().Body.Close()
				}
			}
		})
		time.Sleep(5 * time.Minute)
		took := sendAll(t, newTransport(t, s), 800, 4)
		close(stop)
		other.Wait()
		_, rejected := s.count()
		assert.LessOrEqual(t, rejected, 160, "though the other one takes each of its slots again the moment it is free")
		assert.InDelta(t, 10*time.Minute.Seconds(), took.Seconds(), 60, "80 a minute are free")
	})
}

func TestTransportFindsTheWindowOfAnEarlierProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{limit: 200, per: time.Minute}
		for range 199 {
			_ = s.take().Body.Close()
		}
		time.Sleep(50 * time.Second)
		took := sendAll(t, newTransport(t, s), 200, 4)
		_, rejected := s.count()
		assert.LessOrEqual(t, rejected, 8)
		assert.Less(t, took, 71*time.Second, "10 s until the old ones leave, then 199, and at the end the first one's slot")
	})
}

func TestTransportHoldsEverybodyBackAfterA429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var times []time.Duration
		base := roundTripper(func(*http.Request) (*http.Response, error) {
			times = append(times, time.Since(begin))
			if len(times) == 1 {
				return answer(http.StatusTooManyRequests, "Retry-After", "28.706807374954224"), nil
			}
			return answer(http.StatusOK), nil
		})
		transport := newTransport(t, base)
		status, err := send(t, transport)
		require.NoError(t, err)
		assert.Equal(t, http.StatusTooManyRequests, status, "the caller sees it")
		status, err = send(t, transport)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, []time.Duration{0, 28706807375 + 10*time.Millisecond}, times)
	})
}

func TestTransportIsFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var order []string
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			order = append(order, req.URL.Path)
			return answer(http.StatusOK), nil
		})
		transport := newTransport(t, base, ratelimit.WithLimit(1, time.Second))
		var senders sync.WaitGroup
		var want []string
		for i := range 20 {
			path := fmt.Sprintf("/%d", i)
			want = append(want, path)
			senders.Go(func() {
				req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://chat.example.org"+path, nil)
				resp, err := transport.RoundTrip(req)
				if assert.NoError(t, err) {
					_ = resp.Body.Close()
				}
			})
			synctest.Wait()
		}
		senders.Wait()
		assert.Equal(t, want, order)
	})
}

func TestTransportRefusesAtOnceWhatCannotFitTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := newTransport(t, &server{limit: 1, per: time.Minute})
		_, err := send(t, transport)
		require.NoError(t, err)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()

		var waiting sync.WaitGroup
		waiting.Go(func() { // The first in the queue fits.
			err := get(ctx, transport)
			assert.Equal(t, time.Minute+10*time.Millisecond, time.Since(begin))
			assert.NoError(t, err)
		})
		synctest.Wait()
		err = get(ctx, transport) // The second would come after two minutes.
		assert.Zero(t, time.Since(begin))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		wait, ok := errors.AsType[*ratelimit.WaitError](err)
		require.True(t, ok)
		assert.Equal(t, 2*time.Minute+10*time.Millisecond, wait.Wait)
		assert.Contains(t, err.Error(), "2m0.01s")
		waiting.Wait()
	})
}

func TestTransportRefusesWhoeverTheFirstAnswerDisappoints(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{limit: 5, per: time.Minute, latency: 200 * time.Millisecond}
		transport := newTransport(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begin := time.Now()
		var all sync.WaitGroup
		var late atomic.Int64
		for range 8 {
			all.Go(func() {
				if err := get(ctx, transport); err != nil {
					assert.Equal(t, 200*time.Millisecond, time.Since(begin), "the limit is known then")
					_, ok := errors.AsType[*ratelimit.WaitError](err)
					assert.True(t, ok)
					late.Add(1)
				}
			})
		}
		all.Wait()
		assert.Equal(t, int64(3), late.Load())
	})
}

func TestTransportRefusesWhoeverA429Pushes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// One request is under way; others wait for it and can until it is answered 429.
		base := roundTripper(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return answer(http.StatusTooManyRequests, "Retry-After", "60"), nil
		})
		transport := newTransport(t, base, ratelimit.WithLimit(1, 2*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begin := time.Now()
		var all sync.WaitGroup
		all.Go(func() { assert.NoError(t, get(ctx, transport)) })
		synctest.Wait()
		for range 3 {
			all.Go(func() {
				err := get(ctx, transport)
				assert.Equal(t, time.Second, time.Since(begin), "as soon as it is known")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		}
		all.Wait()
	})
}

func TestTransportGivesUpWithTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{limit: 1, per: time.Minute}
		transport := newTransport(t, s)
		_, err := send(t, transport)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			err := get(ctx, transport)
			assert.True(t, errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded), "%v", err)
		})
		synctest.Wait()
		begin := time.Now()
		all.Go(func() { // Moves up when the first one leaves.
			err := get(t.Context(), transport)
			assert.Equal(t, time.Minute+10*time.Millisecond, time.Since(begin))
			assert.NoError(t, err)
		})
		synctest.Wait()
		cancel()
		all.Wait()
		require.ErrorIs(t, get(ctx, transport), context.Canceled)
		accepted, _ := s.count()
		assert.Equal(t, 2, accepted)
	})
}

func TestTransportCountsFailedRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cut := errors.New("connection reset")
		transport := newTransport(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, cut }),
			ratelimit.WithLimit(2, time.Second))
		begin := time.Now()
		for range 3 {
			require.ErrorIs(t, get(t.Context(), transport), cut)
		}
		assert.Equal(t, time.Second+10*time.Millisecond, time.Since(begin))
	})
}

func TestTransportSurvivesAPanicBelow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := newTransport(t, roundTripper(func(*http.Request) (*http.Response, error) { panic("below") }),
			ratelimit.WithLimit(1, time.Second))
		for range 3 { // The slot comes back.
			assert.PanicsWithValue(t, "below", func() { _ = get(t.Context(), transport) })
		}
	})
}

func TestNewTransportRefuses(t *testing.T) {
	t.Parallel()
	for _, opt := range []ratelimit.Option{
		nil,
		ratelimit.WithLimit(0, time.Second), ratelimit.WithLimit(-1, time.Second), ratelimit.WithLimit(1<<30, time.Second),
		ratelimit.WithLimit(1, 0), ratelimit.WithLimit(1, -1), ratelimit.WithLimit(1, 25*time.Hour),
	} {
		_, err := ratelimit.NewTransport(http.DefaultTransport, opt)
		require.Error(t, err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func answer(status int, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status, Header: h, Body: http.NoBody}
}

func get(ctx context.Context, rt http.RoundTripper) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://chat.example.org/", nil)
	if err != nil {
		return err
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
