package runner

import (
	"fmt"
	"slices"
	"time"
)

// checkLimit is how long the check of one environment may take. The checks of
// a long chapter take a few hundredths of a second.
const checkLimit = 10 * time.Second

const (
	noEnd   = "the type checker did not come to an end within "
	failure = "the type checker failed: "
)

// within returns env after f has worked on it. If f takes longer than limit, or
// panics, it returns another one in env's place, which has nothing but what was
// wrong with env before and a problem at its first cell that says so.
//
// Go/types cannot be interrupted, and types can be written that take it years.
// What does not come to an end is left to itself, and ends with the process at
// the latest: f must change nothing but env, and nobody is to wait for it.
func (env *environment) within(limit time.Duration, f func()) *environment {
	stopped := &environment{chapter: env.chapter, name: env.name}
	stopped.problems.list = slices.Clone(env.problems.list) // f may delete some in place
	first := env.first()
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		f()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	problem := Problem{Pos: first.pos(0)}
	select {
	case value := <-ended:
		if value == nil {
			return env
		}
		problem.Message = fmt.Sprint(failure, value)
		problem.Hint = "this is a mistake in rtbook or in Go's type checker, not in the cells: leave cells out of the environment to find the one that it is about"
	case <-timer.C:
		stopped.givenUp.Store(true)
		problem.Message = fmt.Sprint(noEnd, limit)
		problem.Hint = "no cell of this environment was run: look for types each of which has several of the one above it in it"
	}
	stopped.problems.list = append(stopped.problems.list, placedProblem{Problem: problem, cell: first})
	return stopped
}

// first returns the environment's first cell, of whatever kind.
func (env *environment) first() *source {
	return slices.MinFunc(slices.Concat(env.cells, env.shell, env.files), func(a, b *source) int { return a.index - b.index })
}
