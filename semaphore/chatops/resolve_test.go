package chatops

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// asks is a command of somebody in the room ops, for what looks things up on its behalf.
func (o *town) asks(from UserID) *call {
	policy := o.engine.Policy()
	return &call{in: o.event(from, ""), policy: &policy, now: time.Now()}
}

// finds tells what somebody means, as "project/template", or how it is refused.
func (o *town) finds(from UserID, project, template string) string {
	o.t.Helper()
	target, _, err := o.engine.findTarget(o.t.Context(), o.asks(from), project, template)
	if err != nil {
		var no *refusal
		require.ErrorAs(o.t, err, &no)
		return no.notice.String()
	}
	return target.ProjectName + "/" + target.TemplateName
}

func TestTheOnlyProjectAndTemplateNeedNoName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		assert.Equal(t, "website/check", o.finds(carl, "website", "check"))
		assert.Equal(t, "website/check", o.finds(carl, "check", ""), "the only project")
		assert.Equal(t, "Which one? There are 2 templates of website: check (2), deploy-prod (1).", o.finds(carl, "", ""))
		shop := o.server.AddProject("shop")
		o.server.AddTemplate(shop, semaphoretest.Template{Name: "release"})
		time.Sleep(catalogFresh + time.Second)
		assert.Equal(t, "shop/release", o.finds(carl, "shop", ""), "the only template")
		assert.Equal(t, "Which one? There are 2 projects: shop (2), website (1).", o.finds(carl, "", ""))
	})
}

func TestNamesAndNumbers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		shop := o.server.AddProject("Web Shop")
		for _, name := range []string{"Deploy", "deploy", "rollback", "7", "a/b", "twice"} {
			o.server.AddTemplate(shop, semaphoretest.Template{Name: name})
		}
		twice := o.server.AddTemplate(shop, semaphoretest.Template{Name: "twice"})
		for _, c := range []struct{ project, template, want string }{
			{"2", "3", "Web Shop/Deploy"},
			{"web shop", "ROLLBACK", "Web Shop/rollback"},
			{"Web Shop", "deploy", "Web Shop/deploy"},
			{"Web Shop", "Deploy", "Web Shop/Deploy"},
			{"Web Shop", "DEPLOY", "Several templates of Web Shop are called that: Deploy (3), deploy (4). Please use the number."},
			{"Web Shop", "twice", "Several templates of Web Shop are called that: twice (8), twice (9). Please use the number."},
			{"Web Shop", fmt.Sprint(twice.ID), "Web Shop/twice"},
			{"Web Shop", "7", "Web Shop/a/b"}, // A number is only ever a number: the template of the name 7 has the number 6.
			{"web shop/rollback", "", "Web Shop/rollback"},
			{"2/5", "", "Web Shop/rollback"},
			{"Web Shop/a/b", "", "Web Shop/a/b"},
			{"Web Shop", "rolback", `There is no template "rolback" here. Did you mean rollback? !cd templates "Web Shop" lists what there is.`},
			{"websit", "", `There is no project "websit" here. Did you mean website? !cd projects lists what there is.`},
			{"99", "", `There is no project "99" here. !cd projects lists what there is.`},
			{"\u202e\n<b>", "", `There is no project "\u202e\n<b>" here. !cd projects lists what there is.`},
		} {
			assert.Equal(t, c.want, o.finds(carl, c.project, c.template), "%s %s", c.project, c.template)
		}
	})
}

func TestWhatSomebodyMayNotSeeIsNotThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			shop := o.server.AddProject("secret-shop")
			o.server.AddTemplate(shop, semaphoretest.Template{Name: "launch"})
			o.config.Policy.Grants = []Grant{
				{Users: []UserID{ada}, Role: Admin},
				{Users: []UserID{carl}, Role: Runner, Scope: Scope{Templates: []string{"website/check"}}},
				{Users: []UserID{vera}, Role: Viewer, Scope: Scope{Projects: []string{"website"}}},
			}
		})
		assert.Equal(t, "secret-shop/launch", o.finds(ada, "secret-shop", ""))
		assert.Equal(t, "website/check", o.finds(carl, "", ""), "all that he knows of")
		for _, c := range []struct {
			from              UserID
			project, template string
		}{
			{carl, "secret-shop", ""},
			{carl, "secret-shop", "launch"},
			{carl, "2", "1"},
			{carl, "website", "deploy-prod"},
			{carl, "website", "deploy-pro"},
			{carl, "website", "1"},
			{vera, "secret-sho", ""},
			{mallory, "", ""},
			{mallory, "website", ""},
		} {
			says := o.finds(c.from, c.project, c.template)
			assert.Contains(t, says, "There is no ")
			assert.NotContains(t, says, "Did you mean")
		}
		o.say(carl, "!cd projects")
		assert.NotContains(t, o.last().text, "secret")
		o.say(carl, "!cd templates")
		assert.NotContains(t, o.last().text, "deploy-prod")
	})
}

func TestATemplateThatIsNewIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		assert.Contains(t, o.finds(carl, "website", "canary"), "There is no template")
		o.server.AddTemplate(o.website, semaphoretest.Template{Name: "canary"})
		time.Sleep(catalogAgain + time.Second)
		assert.Equal(t, "website/canary", o.finds(carl, "website", "canary"))
	})
}

func TestListsAreAskedForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		before := len(o.server.Requests())
		for range 20 {
			o.say(vera, "!cd templates website")
		}
		asked := 0
		for _, r := range o.server.Requests()[before:] {
			if r.Path == "/projects" || r.Path == "/project/1/templates" {
				asked++
			}
		}
		assert.Equal(t, 2, asked)
	})
}

func TestWhileSemaphoreIsDownNamesAreRememberedAndNothingIsRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd templates website")
		stop := o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{Status: http.StatusBadGateway})
		time.Sleep(time.Minute)
		o.say(vera, "!cd templates website")
		assert.Contains(t, o.last().text, "check\t2\t")
		assert.Contains(t, o.last().text, "Semaphore does not answer now. This is how it was at 00:00 UTC.")
		target, err := o.engine.findScope(t.Context(), o.asks(carl), "website", "check")
		require.NoError(t, err)
		assert.Equal(t, semaphore.TemplateID(o.check.ID), target.Template)
		_, _, err = o.engine.findTarget(t.Context(), o.asks(carl), "website", "check")
		require.Error(t, err)
		assert.Contains(t, explain(err, "X"), "Semaphore is in trouble")
		time.Sleep(catalogStale)
		o.say(vera, "!cd templates website")
		assert.Contains(t, o.last().text, "Semaphore is in trouble and could not answer.")
		stop()
		o.say(vera, "!cd templates website")
		assert.Contains(t, o.last().text, "check\t2\t")
	})
}

func TestASlowSemaphoreHoldsUpNobodyForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.Fail(semaphoretest.Match{Path: "/projects", Times: -1}, semaphoretest.Fault{Delay: time.Hour})
		asked := time.Now()
		done := make(chan error, 10)
		for range 10 {
			go func() {
				_, err := search{o.engine, o.asks(vera), catalogStale}.project(t.Context(), "website")
				done <- err
			}()
		}
		for range 10 {
			require.Error(t, <-done)
		}
		assert.LessOrEqual(t, time.Since(asked), gatherTimeout+time.Second)
	})
}
