package matrixbot_test

import (
	"fmt"

	"github.com/signalbox-go/signalbox/matrixbot"
)

func ExampleEscape() {
	title := "fix *all* [the](https://evil.example) @room\nthings"
	fmt.Println("**Task** " + matrixbot.Escape(title))
	// Output:
	// **Task** fix \*all\* \[the\]\(https\:\/\/evil\.example\) \@room\
	// things
}

func ExampleCode() {
	fmt.Println("It says " + matrixbot.Code("use `make`") + " and ends.")
	// Output: It says `` use `make` `` and ends.
}

func ExampleLink() {
	fmt.Println(matrixbot.Link("job 42", "https://ci.example/job/42"))
	fmt.Println(matrixbot.Link("job 42", "javascript:alert(1)"))
	// Output:
	// [job 42](https://ci.example/job/42)
	// job 42
}
