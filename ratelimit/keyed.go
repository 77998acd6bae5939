package ratelimit

import (
	"container/list"
	"errors"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// longestRefill bounds the time in which a bucket fills.
const longestRefill = 365 * 24 * time.Hour

// Keyed holds one token bucket for each key, such as a user or a room. It is
// safe for concurrent use. Make one with [NewKeyed]; the zero value is not
// usable.
//
// A key is forgotten when its bucket has filled again, at the latest when it has
// not been allowed anything for the time that an empty bucket takes to fill.
// There are never more than a fixed number of keys, so that a flood of new ones
// cannot grow the memory: see [Keyed.Allow].
type Keyed[K comparable] struct {
	limit   rate.Limit
	burst   int
	maxKeys int
	refill  time.Duration // An empty bucket is full after this time.

	mu      sync.Mutex
	buckets map[K]*list.Element
	recent  *list.List // Of *bucket[K]; at the front the one that was allowed longest ago.
}

type bucket[K comparable] struct {
	key     K
	tokens  *rate.Limiter
	allowed time.Time // The last time.
	refused bool      // Since then.
}

// Decision is the answer of [Keyed.Allow].
type Decision struct {
	// Allowed tells whether the key had a token, which is now spent.
	Allowed bool
	// First marks the first refusal since the key was last allowed something.
	// Answer that one, and be silent on the others: then a flood gets one notice.
	First bool
	// RetryAfter is how long to wait for the next token; zero when allowed.
	RetryAfter time.Duration
}

// NewKeyed returns buckets that hold burst tokens each and gain limit tokens a
// second, for at most maxKeys keys at a time. All three must be positive, limit
// also finite, and burst/limit at most a year.
func NewKeyed[K comparable](limit rate.Limit, burst, maxKeys int) (*Keyed[K], error) {
	seconds := float64(burst) / float64(limit)
	switch {
	case !(limit > 0) || limit == rate.Inf || math.IsInf(float64(limit), 0): // The first is true of NaN, too.
		return nil, errors.New("ratelimit: the limit must be a positive, finite number of tokens a second")
	case burst < 1:
		return nil, errors.New("ratelimit: the burst must be at least 1")
	case maxKeys < 1:
		return nil, errors.New("ratelimit: the number of keys must be at least 1")
	case seconds > longestRefill.Seconds():
		return nil, errors.New("ratelimit: an empty bucket must fill within a year: raise the limit or lower the burst")
	}
	return &Keyed[K]{
		limit: limit, burst: burst, maxKeys: maxKeys, refill: ceilSeconds(seconds),
		buckets: make(map[K]*list.Element), recent: list.New(),
	}, nil
}

// Allow spends one of the key's tokens, if it has any. It never blocks, and
// takes constant time on average.
//
// A key that is not known while all keys' places are taken by busy ones is
// refused, with First unset: nothing is remembered of it, so each of its
// attempts would look like the first.
func (k *Keyed[K]) Allow(key K) Decision {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.forget(now)
	e, ok := k.buckets[key]
	if !ok {
		if len(k.buckets) >= k.maxKeys {
			return Decision{RetryAfter: k.refill - now.Sub(k.oldest().allowed)}
		}
		e = k.recent.PushBack(&bucket[K]{key: key, tokens: rate.NewLimiter(k.limit, k.burst)})
		k.buckets[key] = e
	}
	b := value[K](e)
	if b.tokens.AllowN(now, 1) {
		b.allowed, b.refused = now, false
		k.recent.MoveToBack(e)
		return Decision{Allowed: true}
	}
	first := !b.refused
	b.refused = true
	return Decision{First: first, RetryAfter: ceilSeconds((1 - b.tokens.TokensAt(now)) / float64(k.limit))}
}

// forget drops keys whose buckets must be full. Two for each call that may add
// one: then the map shrinks although each call does little.
func (k *Keyed[K]) forget(now time.Time) {
	for range 2 {
		if k.recent.Len() == 0 || now.Sub(k.oldest().allowed) < k.refill {
			return
		}
		delete(k.buckets, k.oldest().key)
		k.recent.Remove(k.recent.Front())
	}
}

func (k *Keyed[K]) oldest() *bucket[K] { return value[K](k.recent.Front()) }

func value[K comparable](e *list.Element) *bucket[K] {
	b, _ := e.Value.(*bucket[K]) // The list holds nothing else.
	return b
}

// ceilSeconds turns seconds into a duration that is not shorter.
func ceilSeconds(s float64) time.Duration {
	return time.Duration(math.Ceil(s * float64(time.Second)))
}
