package chatops

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAliases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for _, step := range []struct {
			from      UserID
			says, out string
		}{
			{vera, "!cd aliases", "There are no aliases."},
			{carl, "!cd aliases add shop templates website", "As it concerns all projects, this takes the role admin, and yours is runner."},
			{ada, `!cd aliases add Shop !cd template website --like "web shop"`, `shop now stands for templates website --like "web shop".`},
			{ada, "!cd alias add p PROJECTS", "p now stands for projects."},
			{ada, "!cd alias add p ping", "p now stands for ping. It stood for projects."},
			{vera, "!cd aliases list", "Alias\tStands for\np\tping\nshop\ttemplates website --like \"web shop\""},
			{vera, "!cd P", "Pong. Semaphore answered in 0 ms."},
			{vera, "!cd SHOP", "Templates of website (project 1):\nNo template that you may see contains \"web shop\"."},
			{vera, "!cd help shop", `shop is an alias and stands for templates website --like "web shop".`},
			{ada, "!cd aliases add projects ping", "There is a command projects already, and an alias does not hide it."},
			{ada, "!cd aliases add alias ping", "There is a command alias already, and an alias does not hide it."},
			{ada, "!cd aliases add go run", "go answers questions, so it cannot be the name of an alias."},
			{ada, "!cd aliases add q shop", `There is no command "shop". Did you mean !cd stop? !cd help lists what there is.`},
			{ada, "!cd aliases add q aliases remove p", "An alias cannot change aliases."},
			{ada, "!cd aliases add q run \"website", `The quotation "\"website" has no end: add ", or write \" for the character itself.`},
			{ada, "!cd aliases add Q! ping", "The name of an alias is made of lower-case letters, digits and single dashes, at most 40 of them."},
			{ada, "!cd aliases add q", "What is it to be called, and what does it stand for? As: !cd aliases add prod run website deploy-prod"},
			{ada, "!cd aliases add q run " + strings.Repeat("x", maxAliasText), "An alias stands for at most 1000 bytes."},
			{ada, "!cd aliases remove shp", `There is no alias "shp". Did you mean shop?`},
			{ada, "!cd aliases rm p", "p stood for ping and is gone."},
			{ada, "!cd aliases remove SHOP", `shop stood for templates website --like "web shop" and is gone.`},
			{vera, "!cd shop", `There is no command "shop". Did you mean !cd stop? !cd help lists what there is.`},
		} {
			o.say(step.from, step.says)
			assert.Equal(t, step.out, o.last().text, step.says)
		}
	})
}

func TestAliasesAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error {
			for i := range maxAliases {
				name := fmt.Sprintf("a%d", i)
				if err := save(tx, aliasKey(name), alias{Name: name, Text: "ping"}); err != nil {
					return err
				}
			}
			return nil
		}))
		o.say(ada, "!cd aliases add one-more ping")
		assert.Equal(t, "There are 200 aliases, which is the most there may be.", o.last().text)
		o.say(ada, "!cd aliases add a7 projects")
		assert.Equal(t, "a7 now stands for projects. It stood for ping.", o.last().text)
		o.say(vera, "!cd aliases")
		assert.Equal(t, maxAliases, strings.Count(o.last().text, "\n"))
	})
}
