package zuliptest

import "net/http"

// who says for whom an operation is, beyond those that incoming webhook bots may call.
type who int

const (
	anybody who = iota
	humans      // bots are refused
	members     // guests and bots are refused
	admins      // administrators and owners, people or bots
)

func (w who) refuse(u *userState) *answer {
	switch {
	case w == members && u.Role == RoleGuest:
		return refuse("Not allowed for guest users")
	case (w == humans || w == members) && u.IsBot:
		return refuse("This endpoint does not accept bot requests.")
	case w == admins && !u.isAdmin():
		return mustBe("administrator")
	}
	return nil
}

// mustBe refuses what only an administrator or owner may do.
func mustBe(role string) *answer {
	a := fail(http.StatusBadRequest, "UNAUTHORIZED_PRINCIPAL", "Must be an organization "+role)
	return &a
}
