package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// health asks the bot that runs on this machine whether it is well, as the
// health check of a container does that has no other program in it.
func (p program) health(ctx context.Context, args arguments) int {
	s, err := p.settings(args)
	if err == nil && s.Listen == noListen {
		err = errors.New("listen is off, so there is nobody to ask")
	}
	if err == nil {
		err = s.checkListen()
	}
	if err != nil {
		return p.refuse(err)
	}
	answer, err := askHealth(ctx, s.Listen)
	if err != nil {
		return p.fail(err)
	}
	fmt.Fprintln(p.stdout, answer)
	return statusOK
}

func askHealth(ctx context.Context, address string) (string, error) {
	const patient = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		if of, ok := errors.AsType[*url.Error](err); ok {
			err = of.Err // The rest is the address.
		}
		return "", fmt.Errorf("no bot answers on %s (DEPLOY_LISTEN): %w", address, err)
	}
	defer response.Body.Close()
	const longest = 1000
	text, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil {
		return "", err
	}
	answer := strings.TrimSpace(string(text))
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("not healthy: %s", answer)
	}
	return answer, nil
}
