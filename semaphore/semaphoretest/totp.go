package semaphoretest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"time"
)

// A session is what a cookie stands for.
type session struct {
	userID int
	half   bool // the second factor is missing
}

// A totp is the second factor of a user.
type totp struct {
	ID      int       `json:"id"`
	Created time.Time `json:"created"`
	UserID  int       `json:"user_id"`

	secret, recovery string
}

// totpStep is how long a code of an authenticator app is valid.
const totpStep = 30 * time.Second

// TOTPCode is what the authenticator app of a user shows now. It panics when the user has no second factor.
func (s *Server) TOTPCode(userID int) string {
	s.lock()
	defer s.mu.Unlock()
	u := s.userByID(userID)
	if u == nil || u.TOTP == nil {
		panic(fmt.Sprintf("semaphoretest: TOTPCode: user %d has no second factor", userID))
	}
	return u.TOTP.code(s.t)
}

func (f *totp) code(at time.Time) string {
	mac := hmac.New(sha1.New, []byte(f.secret))                                  // as RFC 6238 has it
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/int64(totpStep.Seconds())) // never fails
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

func totpRoutes() []route {
	const base = "/users/{user_id}/2fas/totp"
	return []route{
		{method: "POST", path: "/auth/verify", handle: withSession(postVerify), who: anyone},
		{method: "POST", path: "/auth/recovery", handle: withSession(postRecovery), who: anyone},
		{method: "POST", path: base, handle: withUser(postTOTP)},
		{method: "GET", path: base + "/{totp_id}/qr", handle: withUser(getTOTPImage)},
		{method: "DELETE", path: base + "/{totp_id}", handle: withUser(deleteTOTP)},
	}
}

// withSession finds the session of a request; one that is complete needs nothing.
func withSession(handle func(*Server, *call, *session, *user) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		v := s.sessionOf(c.r)
		if v == nil {
			return empty(http.StatusUnauthorized)
		}
		u := s.userByID(v.userID)
		switch {
		case !v.half:
			return noContent()
		case u == nil || u.TOTP == nil:
			return empty(http.StatusBadRequest)
		}
		return handle(s, c, v, u)
	}
}

// postVerify completes a login with a code; the one before is good too, because clocks differ.
func postVerify(s *Server, c *call, v *session, u *user) answer {
	var body struct {
		Passcode string `json:"passcode"`
	}
	if !c.bind(&body) || body.Passcode != u.TOTP.code(s.t) && body.Passcode != u.TOTP.code(s.t.Add(-totpStep)) {
		return empty(http.StatusBadRequest)
	}
	v.half = false
	return noContent()
}

// postRecovery completes a login without the app, and takes the second factor away.
func postRecovery(_ *Server, c *call, v *session, u *user) answer {
	var body struct {
		Code string `json:"recovery_code"`
	}
	if !c.bind(&body) || body.Code != u.TOTP.recovery {
		return empty(http.StatusBadRequest)
	}
	v.half, u.TOTP = false, nil
	return noContent()
}

func postTOTP(s *Server, _ *call, u *user) answer {
	if u.TOTP != nil {
		return refuse(http.StatusBadRequest, "TOTP already enabled")
	}
	u.TOTP = &totp{ID: s.nextID("totp", nil), Created: s.t, UserID: u.ID, secret: secretText(), recovery: rand.Text()}
	return s.reply(http.StatusOK, struct {
		totp
		RecoveryCode string `json:"recovery_code"`
	}{*u.TOTP, u.TOTP.recovery})
}

// getTOTPImage answers a blank picture: nobody scans it; see TOTPCode.
func getTOTPImage(_ *Server, _ *call, u *user) answer {
	if u.TOTP == nil {
		return refuse(http.StatusNotFound, "TOTP not enabled")
	}
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 256, 256))) // never fails
	return answer{status: http.StatusOK, mime: "image/png", raw: b.Bytes()}
}

func deleteTOTP(_ *Server, c *call, u *user) answer {
	id, _ := c.id("totp_id")
	if u.TOTP == nil || u.TOTP.ID != id {
		return empty(http.StatusNotFound)
	}
	u.TOTP = nil
	return noContent()
}
