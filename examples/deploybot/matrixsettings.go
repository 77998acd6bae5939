package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/signalbox-go/signalbox/matrixbot"
)

// config is the part of a bot of Matrix that the settings decide: who it is and
// where it keeps its keys. What has to be typed in at another place is shown on
// ask.
func (s *settings) matrixConfig(log *slog.Logger, ask io.Writer) matrixbot.Config {
	m := s.Matrix
	c := matrixbot.Config{
		Homeserver: m.Homeserver, User: m.User,
		Password: m.Password.Secret, AccessToken: m.AccessToken.Secret, LoginToken: m.LoginToken.Secret,
		Data: s.matrixData(), PickleKey: m.PickleKey.Secret, DeviceName: m.DeviceName,
		NoEncryption: m.NoEncryption, InsecureHTTP: m.AllowHTTP, Log: log,
	}
	c.Encryption.RecoveryKey = m.RecoveryKey.Secret
	if m.OAuth {
		c.DeviceCode = func(_ context.Context, code matrixbot.DeviceCode) error {
			_, err := fmt.Fprintf(ask, "To let the bot in, go to %s within %s and type in %s\n", code.Address, code.Expires, code.UserCode)
			return err
		}
	}
	return c
}
