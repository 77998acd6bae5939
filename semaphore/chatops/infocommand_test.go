package chatops

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestHelpShowsWhatARoleAllows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd")
		assert.Contains(t, o.last().text, "templates\tlist what can be run")
		assert.Contains(t, o.last().text, "Your role here is viewer.")
		assert.NotContains(t, o.last().text, "\nrun\t")
		assert.NotContains(t, o.last().text, "\nrooms\t")
		o.say(ada, "!cd help")
		for _, c := range o.engine.commands() {
			assert.Contains(t, o.last().text, "\n"+c.name+"\t")
		}
		o.direct(carl, "help")
		assert.Contains(t, o.lastTo(string(carl)).text, "Among us commands may")
	})
}

func TestHelpExplainsEveryCommand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd help templates")
		assert.Equal(t, `templates: list what can be run.
!cd templates [<project>] [--like <like>] [--page <page>]
Part	Meaning
[<project>]	
-l, --like <like>	only those that contain this
-p, --page <page>	which 50 of them; otherwise 1
Projects and templates may be called by name, in quotes where it has blanks, or by number. The only project need not be named.
Also: template.`, o.last().text)
		for _, c := range o.engine.commands() {
			o.say(vera, "!cd help "+c.name)
			assert.Contains(t, o.last().text, c.name+": "+c.summary+".\n!cd "+c.name)
		}
		o.say(vera, "!cd help run")
		assert.Contains(t, o.last().text, "It takes the role runner, and yours here is viewer.")
		o.say(vera, "!cd help help")
		assert.Contains(t, o.last().text, "I cannot be ended from the chat")
		o.say(vera, "!cd help rum")
		assert.Contains(t, o.last().text, `There is no command "rum". Did you mean !cd run?`)
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd ping")
		assert.Equal(t, "Pong. Semaphore answered in 0 ms.", o.last().text)
		o.server.Fail(semaphoretest.Match{Path: "/ping", Times: -1}, semaphoretest.Fault{Status: http.StatusBadGateway})
		o.say(vera, "!cd ping")
		assert.Equal(t, "I am here, but: Semaphore is in trouble and could not answer.", o.last().text)
	})
}

func TestInfoTellsNothingOfTheMachine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(ada, "!cd info")
		assert.Regexp(t, `^About	Is
Bot	development
Semaphore	v2\.[-0-9a-f.v]+
Commands begin with	!cd
Your role here	admin
Tasks that I follow	0
Locks	0
Watches	0
Aliases	0$`, o.last().text)
		o.server.Fail(semaphoretest.Match{Path: "/info", Times: -1}, semaphoretest.Fault{Status: http.StatusBadGateway})
		o.say(ada, "!cd info")
		assert.Contains(t, o.last().text, "Semaphore\tSemaphore is in trouble and could not answer.\nCommands begin with\t!cd")
	})
}

func TestAdmins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			many := Grant{Role: Admin, Scope: Scope{Rooms: []RoomID{"elsewhere"}}}
			for i := range 100 {
				many.Users = append(many.Users, UserID(fmt.Sprint("user", i)))
			}
			o.config.Policy.Rooms = append(o.config.Policy.Rooms, "elsewhere")
			o.config.Policy.Grants = append(o.config.Policy.Grants, many, Grant{Users: []UserID{ada}, Role: Admin})
		})
		o.say(vera, "!cd admins")
		assert.Equal(t, "These may do everything here:\n- ada", o.last().text)
		assert.Equal(t, person(ada, "ada"), o.last().body[1].Spans[0], "nobody is disturbed")
		in := o.event(vera, "!cd admins")
		in.Room = "elsewhere"
		o.handle(in)
		assert.Contains(t, o.lastTo("elsewhere").text, "… and 51 more")
	})
}

func TestPersonalityIsOffUnlessThereIsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd pet")
		assert.Contains(t, o.last().text, `There is no command "pet".`)
		o.config.Messages = Messages{
			Greetings: []string{"Hello {name}!"}, Ping: []string{"At your service."}, Pet: []string{"Purr.", "Purr!"}, Scold: []string{"Sorry, {name}."},
		}
		o.restart()
		o.say(vera, "!cd pet")
		assert.Regexp(t, `^Purr[.!]$`, o.last().text)
		in := o.event(vera, "!cd scold")
		in.FromName = "Ve\u202era\n@all"
		o.handle(in)
		assert.Equal(t, "Sorry, Vera @all.", o.last().text)
		o.say(vera, "!cd ping")
		assert.Equal(t, "At your service. Pong. Semaphore answered in 0 ms.", o.last().text)
		o.say(vera, "!cd help")
		assert.Contains(t, o.last().text, "Hello VERA!\nCommand\t")
		assert.NotContains(t, o.last().text, "scold")
	})
}

func TestPickSaysTheSameForTheSameCause(t *testing.T) {
	t.Parallel()
	texts := []string{"one", "two", "three"}
	picked := map[string]bool{}
	for i := range 100 {
		cause := fmt.Sprint("event", i)
		first, again := pick(texts, cause, ""), pick(texts, cause, "")
		picked[first] = true
		assert.Equal(t, first, again)
	}
	assert.Len(t, picked, len(texts))
	assert.Empty(t, pick(nil, "event", "Ada"))
}
