package chatops

import (
	"context"
	"fmt"
	"time"
)

// slowAfter is after how long somebody is told that the answer to a command takes longer.
const slowAfter = 5 * time.Second

// tellIfSlow tells who gave a command that the answer takes longer, once in a while, unless answered is called before.
func (e *Engine) tellIfSlow(ctx context.Context, in Incoming) (answered func()) {
	ended := make(chan struct{})
	timer := time.AfterFunc(slowAfter, func() {
		defer close(ended)
		err := e.guarded(ctx, in, func() error {
			decide, err := e.onceInAWhile(ctx, digest("slow", string(in.From), in.reply().conversation()), func(Tx) (changes, error) {
				left := (gatherTimeout - slowAfter) / time.Second
				says := sentence(fmt.Sprintf("This takes long: I have no answer yet, and give up in %d seconds.", left))
				return changes{messages: e.reply(in, in.key("slow"), says)}, nil
			})
			if err != nil || decide == nil {
				return err
			}
			return e.commit(ctx, decide)
		})
		if err != nil {
			e.logFailure(ctx, "tell that an answer takes long", err)
		}
	})
	return func() {
		if !timer.Stop() {
			<-ended // What is told comes before the answer.
		}
	}
}
