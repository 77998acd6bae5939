// Package proctest runs a program within a test, for tests that wait for what it
// logs and end it as a signal does:
//
//	p := proctest.Start(t, func(ctx context.Context, log io.Writer) int { return run(ctx, log) })
//	p.Log.WaitFor(t, "started")
//	p.Stop()
package proctest
