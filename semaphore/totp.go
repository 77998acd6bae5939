package semaphore

import (
	"context"
	"net/http"
	"time"
)

// TOTP is a second factor of a user: an authenticator app that shows another code every 30 seconds.
type TOTP struct {
	ID      TOTPID    `json:"id"`
	Created time.Time `json:"created"`
	UserID  UserID    `json:"user_id"`
	// RecoveryCode replaces the app once, with [Client.RecoverLogin]. It is set by [Client.EnableTOTP] only, and only by
	// servers whose settings allow it.
	RecoveryCode Secret `json:"-"`
}

// VerifyTOTP completes a login with the code that an authenticator app shows; it is for the client that [Client.Login]
// returned. Until then that client's other calls give [ErrSecondFactor]. The servers that send a code by e-mail instead
// take that here. A wrong code gives [ErrInvalid] or [ErrUnauthorized], and [ErrForbidden] means that the server has
// second factors switched off. A user without a second factor need not call it, and may. Errors: [ErrUnsupported].
// API: POST /auth/verify, 2.16 and later.
func (c *Client) VerifyTOTP(ctx context.Context, passcode Secret) error {
	return c.do(ctx, call{
		op: "verify second factor", method: http.MethodPost, path: path("auth", "verify"), since: "2.16",
		body: map[string]string{"passcode": passcode.Reveal()},
	}, nil)
}

// RecoverLogin completes a login with the recovery code in place of the app, and takes the second factor from the user:
// make a new one with [Client.EnableTOTP]. The errors are those of [Client.VerifyTOTP]. Errors: [ErrInvalid],
// [ErrUnsupported]. API: POST /auth/recovery, 2.16 and later.
func (c *Client) RecoverLogin(ctx context.Context, code Secret) error {
	return c.do(ctx, call{
		op: "recover login", method: http.MethodPost, path: path("auth", "recovery"), since: "2.16",
		body: map[string]string{"recovery_code": code.Reveal()},
	}, nil)
}

// EnableTOTP gives a user a second factor, from the next login on; API tokens go on without. Show the user the image of
// [Client.TOTPImage], and the recovery code. A user who has one already, and a server with second factors switched off,
// give [ErrInvalid]. It takes the user or an administrator. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: POST /users/{user_id}/2fas/totp, 2.16 and later.
func (c *Client) EnableTOTP(ctx context.Context, user UserID) (TOTP, error) {
	var out struct {
		TOTP
		RecoveryCode string `json:"recovery_code"`
	}
	err := c.do(ctx, call{
		op: "enable second factor", method: http.MethodPost, path: path("users", user, "2fas", "totp"), since: "2.16",
		body: struct{}{},
	}, &out)
	out.TOTP.RecoveryCode = NewSecret(out.RecoveryCode)
	return out.TOTP, err
}

// TOTPImage fetches the QR code that an authenticator app reads, a PNG of 256 by 256 pixels. It holds the secret of the
// second factor: show it and forget it. [ErrNotFound] means that the user has no second factor. Errors:
// [ErrUnsupported]. API: GET /users/{user_id}/2fas/totp/{totp_id}/qr, 2.16 and later.
func (c *Client) TOTPImage(ctx context.Context, user UserID, id TOTPID) ([]byte, error) {
	image, err := get[string](ctx, c, call{
		op: "get image of second factor", path: path("users", user, "2fas", "totp", id, "qr"), since: "2.16",
	})
	return []byte(image), err
}

// DisableTOTP takes the second factor from a user. It takes the user or an administrator. Errors: [ErrNotFound],
// [ErrForbidden], [ErrUnsupported]. API: DELETE /users/{user_id}/2fas/totp/{totp_id}, 2.16 and later.
func (c *Client) DisableTOTP(ctx context.Context, user UserID, id TOTPID) error {
	return c.do(ctx, call{
		op: "disable second factor", method: http.MethodDelete, path: path("users", user, "2fas", "totp", id), since: "2.16",
	}, nil)
}
